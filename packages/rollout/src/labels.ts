export const API_VERSION = 'one-click.dev/v1alpha1';
export const KIND = 'Rollout';

/** Labels and annotations that go into the cluster. */
export const LABELS = {
  projectId: 'one-click.dev/projectId',
  deploymentId: 'one-click.dev/deploymentId',
  rolloutId: 'one-click.dev/rolloutId',
  userId: 'one-click.dev/userId',
  username: 'one-click.dev/username',
  displayName: 'one-click.dev/displayName',
  /** the Davit that wrote it */
  installation: 'davit.dev/installation',
  /** on pods of cron jobs, with the Rollout's name; theirs is not the label Services and autoscalers select */
  cronJobOf: 'davit.dev/cron-job-of',
  /** on jobs and pods of cron jobs, with the cron job's name */
  cronJob: 'davit.dev/cron-job',
  /** on claims that outlive their Rollout, and therefore have no owner */
  retained: 'davit.dev/retained',
  /** on a Namespace: the network policy of its Rollouts that do not say which */
  networkPolicy: 'davit.dev/network-policy',
} as const;

export const ANNOTATIONS = {
  secretsChecksum: 'one-click.dev/secrets-checksum',
  /** on the Secret of the last spec that worked: its hash */
  revision: 'davit.dev/revision',
  /** on the pod template: hash of the configuration files */
  filesChecksum: 'davit.dev/files-checksum',
  /** on the Deployment: the renderer that made its pod template */
  rendererVersion: 'davit.dev/renderer-version',
  /** on the Deployment: hash of what its pod template was made from */
  specHash: 'davit.dev/spec-hash',
  /** on the Rollout: setting it to another time starts new instances; copied to the pod template */
  restartedAt: 'davit.dev/restartedAt',
  /** on the pod template, set by `kubectl rollout restart` */
  kubectlRestartedAt: 'kubectl.kubernetes.io/restartedAt',
  /** on the Rollout: hash of the spec its installation applied */
  appliedHash: 'davit.dev/applied-hash',
} as const;

/** The labels of the children, also the selector of their pods. */
export function childLabels(ref: { namespace: string; name: string }): Record<string, string> {
  return { [LABELS.projectId]: ref.namespace, [LABELS.deploymentId]: ref.name };
}
