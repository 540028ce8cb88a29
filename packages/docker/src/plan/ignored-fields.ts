import type { RolloutSpec } from '@davit/rollout';

/** Spec paths that mean nothing on one Docker host: accepted, so that manifests stay portable, and told. */
export function ignoredFields(spec: RolloutSpec, { https }: { https: boolean }): string[] {
  const scale = spec.horizontalScale;
  const volumes = (spec.volumes ?? []).flatMap(({ storageClass = '' }, index) =>
    storageClass === '' ? [] : [`volumes[${index}].storageClass`],
  );
  const present: [string, boolean][] = [
    ['horizontalScale.maxReplicas', scale !== undefined && scale.maxReplicas > scale.minReplicas],
    ['secretsFrom', (spec.secretsFrom ?? '') !== ''],
    ['image.pullSecretName', (spec.image.pullSecretName ?? '') !== ''],
    ['cronjobs', (spec.cronjobs ?? []).length > 0],
    ['serviceAccountName', (spec.serviceAccountName ?? '') !== ''],
    ['securityContext.fsGroup', spec.securityContext?.fsGroup !== undefined],
    ['securityContext.seccompProfile', !isUsual(spec.securityContext?.seccompProfile?.type)],
    ['nodeSelector', Object.keys(spec.nodeSelector ?? {}).length > 0],
    ['tolerations', (spec.tolerations ?? []).length > 0],
  ];
  const fields = present.filter(([, isSet]) => isSet).map(([field]) => field);
  return [...fields, ...volumes, ...ignoredIngress(spec, https)];
}

/** Docker's own profile is that of most container runtimes. */
const isUsual = (type = 'RuntimeDefault'): boolean => type === 'RuntimeDefault';

function ignoredIngress(spec: RolloutSpec, https: boolean): string[] {
  return (spec.interfaces ?? []).flatMap(({ ingress }, index) => {
    const at = `interfaces[${index}].ingress`;
    const fields: string[] = [];
    if ((ingress?.ingressClass ?? '') !== '') fields.push(`${at}.ingressClass`);
    if (Object.keys(ingress?.annotations ?? {}).length > 0) fields.push(`${at}.annotations`);
    const rules = ingress?.rules ?? [];
    return [
      ...fields,
      ...rules.flatMap((rule, position) => ignoredRule(rule, `${at}.rules[${position}]`, https)),
    ];
  });
}

function ignoredRule(rule: IngressRule, at: string, https: boolean): string[] {
  const fields = rule.tls === true && !https ? [`${at}.tls`] : [];
  return isRoutable(rule) ? fields : [...fields, at];
}

type Ingress = NonNullable<NonNullable<RolloutSpec['interfaces']>[number]['ingress']>;
export type IngressRule = NonNullable<Ingress['rules']>[number];

const LABEL = '[a-z0-9]([a-z0-9-]*[a-z0-9])?';
const HOST = new RegExp(`^(\\*|(\\*\\.)?${LABEL}(\\.${LABEL})*)$`);

/** What the edge takes; one refused route would keep the whole table from coming into force. */
export function isRoutable({ host, path }: { host: string; path: string }): boolean {
  const hostOk = host === '' || (host.length <= 253 && HOST.test(host.toLowerCase()));
  return hostOk && /^(\/[\x21-\x7e]{0,1023})?$/.test(path) && !/[?#]/.test(path);
}
