{{/* A name that every kind takes, Services above all: it starts with a letter and has no dots. */}}
{{- define "davit-operator.name" -}}
{{- $release := .Release.Name | replace "." "-" }}
{{- if regexMatch "^[0-9]" $release }}{{ $release = printf "r%s" $release }}{{ end }}
{{- if not (contains "davit-operator" $release) }}{{ $release = printf "%s-davit-operator" $release }}{{ end }}
{{- $release | trunc 52 | trimSuffix "-" }}
{{- end }}

{{/* Of what is not in a namespace. */}}
{{- define "davit-operator.clusterName" -}}
{{- printf "%s-%s" .Release.Namespace (include "davit-operator.name" .) }}
{{- end }}

{{- define "davit-operator.serviceAccount" -}}
{{- $own := ternary (include "davit-operator.name" .) "default" .Values.serviceAccount.create }}
{{- default $own .Values.serviceAccount.name }}
{{- end }}

{{/*
What the copies of this release take turns by. The name must not change while copies run: a release that was installed
before releases had leases of their own keeps the one it has.
*/}}
{{- define "davit-operator.lease" -}}
{{- $name := include "davit-operator.name" . }}
{{- $running := lookup "apps/v1" "Deployment" .Release.Namespace $name }}
{{- if .Values.leaseName }}{{ .Values.leaseName }}
{{- else if and $running (not (contains "--lease-name=" (toJson $running))) }}davit-operator
{{- else }}{{ $name }}{{ end }}
{{- end }}

{{- define "davit-operator.image" -}}
{{- $tag := .Values.image.tag }}
{{- if not (kindIs "string" $tag) }}{{ $tag = $tag | int64 | toString }}{{ end }}
{{- printf "%s:%s" .Values.image.repository (default .Chart.AppVersion $tag) }}
{{- end }}

{{- define "davit-operator.selector" -}}
app.kubernetes.io/name: davit-operator
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end }}

{{- define "davit-operator.labels" -}}
{{ include "davit-operator.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service | quote }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | quote }}
{{- end }}

{{/* Those of this chart win. */}}
{{- define "davit-operator.labelsWith" -}}
{{- $labels := include "davit-operator.labels" .root | fromYaml }}
{{- mergeOverwrite (deepCopy .more) $labels | toYaml }}
{{- end }}

{{- define "davit-operator.metadata" -}}
name: {{ .name | quote }}
namespace: {{ default .root.Release.Namespace .namespace | quote }}
labels: {{- include "davit-operator.labels" .root | nindent 2 }}
{{- end }}

{{- define "davit-operator.clusterMetadata" -}}
name: {{ .name | quote }}
labels: {{- include "davit-operator.labels" .root | nindent 2 }}
{{- end }}

{{- define "davit-operator.subject" -}}
- kind: ServiceAccount
  name: {{ include "davit-operator.serviceAccount" . | quote }}
  namespace: {{ .Release.Namespace | quote }}
{{- end }}
