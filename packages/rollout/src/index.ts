/** The Rollout: its spec, the objects it becomes and what they say about it. Pure; also runs in browsers. */
export { specSchema } from './schema/spec.ts';
export type {
  RolloutContainer,
  RolloutCronJob,
  RolloutImage,
  RolloutInterface,
  RolloutSpec,
  RolloutVolume,
} from './schema/spec.ts';
export { CONDITION_TYPES } from './schema/status.ts';
export type { Condition, ConditionType, RolloutStatus } from './schema/status.ts';
export type { SchemaNode } from './schema/node.ts';
export type { Rule } from './schema/rule.ts';
export { parseManifest, parseRolloutSpec } from './parse.ts';
export type { Manifest } from './parse.ts';
export { complaintsOf } from './validate.ts';
export { renderCrd } from './crd.ts';
export { renderReference } from './reference.ts';
export { ANNOTATIONS, API_VERSION, childLabels, KIND, LABELS } from './labels.ts';
export {
  claimName,
  ingressName,
  pullSecretName,
  secretName,
  serviceAccountName,
  serviceName,
  shorten,
} from './names.ts';
export type {
  Child,
  LiveDeployment,
  LiveService,
  ObjectMeta,
  OwnerReference,
  PodTemplate,
  RolloutResource,
} from './resource.ts';
export { renderChildren } from './render/children.ts';
export type { RenderContext } from './render/children.ts';
export {
  desiredReplicas,
  isRecreated,
  renderDeployment,
  rendererVersionOf,
  RENDERER_VERSION,
} from './render/deployment.ts';
export { dockerConfig } from './render/pull-secret.ts';
export type { PullCredentials } from './render/pull-secret.ts';
export { base64 } from './render/base64.ts';
export type {
  Observed,
  ObservedClaim,
  ObservedCondition,
  ObservedAutoscaler,
  ObservedContainerStatus,
  ObservedCronJob,
  ObservedDeployment,
  ObservedIngress,
  ObservedJob,
  ObservedMeta,
  ObservedPod,
  ObservedService,
} from './observed.ts';
export { readRevision, renderRevision, revisionInUse, specInUse } from './revision.ts';
export type { Revision } from './revision.ts';
export { statusOf } from './status/status-of.ts';
export { isRunUnderWay } from './status/cron-jobs.ts';
export { statusDueIn } from './status/autoscaler.ts';
export { observationOf } from './status/observation-of.ts';
export { problemOf } from './status/pod-problem.ts';
export type { Problem } from './status/pod-problem.ts';
export { OUTCOMES } from './status/conditions.ts';
export type { Retry } from './status/conditions.ts';
export { canonicalJson, hashOf, sha256 } from './hash.ts';
export { canonicalQuantity, compareQuantities } from './quantity.ts';
export { holdsExactly, holdsFields } from './holds-fields.ts';
export { entryOf, isFields, isWhole, keysOf } from './field-shapes.ts';
