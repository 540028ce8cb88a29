import type { RolloutSpec } from './schema/spec.ts';

/** Spec paths that are accepted and kept, but that no renderer makes anything of yet. */
export function unrenderedFields(spec: RolloutSpec): string[] {
  const fields: string[] = [];
  const scale = spec.horizontalScale;
  if (scale !== undefined && scale.maxReplicas > scale.minReplicas) {
    fields.push('horizontalScale.maxReplicas');
  }
  for (const [index, item] of (spec.interfaces ?? []).entries()) {
    const { rules = [], ingressClass = '' } = item.ingress ?? {};
    if (rules.length > 0 || ingressClass !== '') fields.push(`interfaces[${index}].ingress`);
  }
  if ((spec.cronjobs ?? []).length > 0) fields.push('cronjobs');
  return fields;
}
