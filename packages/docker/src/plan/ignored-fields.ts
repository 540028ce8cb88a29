import type { RolloutSpec } from '@davit/rollout';

/** Spec paths that mean nothing on one Docker host: accepted, so that manifests stay portable, and told. */
export function ignoredFields(spec: RolloutSpec): string[] {
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
    ['nodeSelector', Object.keys(spec.nodeSelector ?? {}).length > 0],
    ['tolerations', (spec.tolerations ?? []).length > 0],
  ];
  const fields = present.filter(([, isSet]) => isSet).map(([field]) => field);
  return [...fields, ...volumes, ...ignoredIngress(spec)];
}

function ignoredIngress(spec: RolloutSpec): string[] {
  return (spec.interfaces ?? []).flatMap(({ ingress }, index) => {
    const at = `interfaces[${index}].ingress`;
    const fields: string[] = [];
    if ((ingress?.ingressClass ?? '') !== '') fields.push(`${at}.ingressClass`);
    if (Object.keys(ingress?.annotations ?? {}).length > 0) fields.push(`${at}.annotations`);
    for (const [position, rule] of (ingress?.rules ?? []).entries()) {
      if (rule.tls === true) fields.push(`${at}.rules[${position}].tls`);
      if (!isRoutable(rule)) fields.push(`${at}.rules[${position}]`);
    }
    return fields;
  });
}

const LABEL = '[a-z0-9]([a-z0-9-]*[a-z0-9])?';
const HOST = new RegExp(`^(\\*|(\\*\\.)?${LABEL}(\\.${LABEL})*)$`);

/** What the edge takes; one refused route would keep the whole table from coming into force. */
export function isRoutable({ host, path }: { host: string; path: string }): boolean {
  const hostOk = host === '' || (host.length <= 253 && HOST.test(host.toLowerCase()));
  return hostOk && /^\/[\x21-\x7e]{0,1023}$/.test(path) && !/[?#]/.test(path);
}
