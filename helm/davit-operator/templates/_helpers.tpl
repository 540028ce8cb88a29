{{- define "davit-operator.name" -}}
{{- if contains "davit-operator" .Release.Name }}{{ .Release.Name | trunc 52 | trimSuffix "-" }}
{{- else }}{{ printf "%s-davit-operator" .Release.Name | trunc 52 | trimSuffix "-" }}{{ end }}
{{- end }}

{{- define "davit-operator.selector" -}}
app.kubernetes.io/name: davit-operator
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "davit-operator.labels" -}}
{{ include "davit-operator.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{- define "davit-operator.subject" -}}
- kind: ServiceAccount
  name: {{ include "davit-operator.name" . }}
  namespace: {{ .Release.Namespace }}
{{- end }}
