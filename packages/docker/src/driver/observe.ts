import type { Instance, Phase, RolloutObservation } from '@davit/domain';
import {
  API_VERSION,
  claimName,
  KIND,
  LABELS,
  observationOf,
  problemOf,
  serviceName,
  statusOf,
} from '@davit/rollout';
import type {
  Observed,
  ObservedContainerStatus,
  ObservedPod,
  RolloutResource,
  RolloutStatus,
} from '@davit/rollout';
import { ignoredFields } from '../plan/ignored-fields.ts';
import { withCertificates } from './certificate-condition.ts';
import type { Container } from './containers.ts';
import type { HttpsOptions } from './context.ts';
import type { LastEnd } from './last-end.ts';
import { isCrashing, isReady, judge } from './pass.ts';
import type { Pass, Trouble } from './pass.ts';
import type { WantedRoute } from './secure-routes.ts';

export interface ObserveSource {
  pass: Pass;
  trouble: Trouble;
  /** by instance */
  ends: ReadonlyMap<string, LastEnd>;
  /** the status before this one */
  status: RolloutStatus | undefined;
  /** hosts that others have */
  taken: readonly string[];
  /** behind the host in a URL: `:8080`, or nothing */
  port: string;
  now: number;
  https: HttpsOptions | undefined;
}

/**
 * What a deployment is like, in the very words of the Kubernetes side: containers are shown as pods to the same
 * status functions.
 */
export function observe(source: ObserveSource): RolloutObservation {
  const { pass } = source;
  const resource = resourceOf(source);
  const observed = observedOf(source);
  const status = refine(statusOf(resource, observed, source.now), source);
  const observation = observationOf({ ...resource, status });
  const instances = [...pass.fresh, ...pass.servers, ...pass.leaving].map((one) =>
    instanceOf(one, podOf(one, source), pass),
  );
  return { ...observation, instances };
}

function resourceOf({ pass: { state }, status }: ObserveSource): RolloutResource {
  return {
    apiVersion: API_VERSION,
    kind: KIND,
    metadata: {
      name: state.deploymentId,
      namespace: state.projectId,
      generation: state.generation,
      labels: { [LABELS.rolloutId]: state.rolloutId },
    },
    spec: state.spec,
    ...(status && { status }),
  };
}

function observedOf(source: ObserveSource): Observed {
  const { pass, trouble } = source;
  const { state } = pass;
  const present = [...pass.fresh, ...pass.servers];
  const ready = present.filter((one) => isReady(pass, one)).length;
  const settled = { type: 'Progressing', status: 'True', reason: 'NewReplicaSetAvailable' };
  const late = { type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded' };
  return {
    deployment: {
      metadata: { name: state.deploymentId, generation: state.generation },
      spec: { replicas: pass.desired },
      status: {
        observedGeneration: state.generation,
        replicas: present.length,
        updatedReplicas: pass.fresh.length,
        readyReplicas: ready,
        availableReplicas: ready,
        conditions:
          trouble.late !== undefined
            ? [{ ...late, message: trouble.late }]
            : state.serving?.hash === pass.hash
              ? [settled]
              : [],
      },
    },
    pods: [...present, ...pass.leaving].map((one) => podOf(one, source)),
    pvcs: (state.spec.volumes ?? []).map(({ name }) => ({
      metadata: { name: claimName(state.deploymentId, name) },
      status: { phase: 'Bound' },
    })),
    services: (state.spec.interfaces ?? []).map(({ name, port }) => ({
      metadata: { name: serviceName(state.deploymentId, name) },
      spec: { ports: [{ port }] },
    })),
    ...(trouble.problem && { applyError: trouble.problem }),
  };
}

function podOf(one: Container, source: ObserveSource): ObservedPod {
  const { pass } = source;
  const leaves = pass.leaving.includes(one);
  const status = containerStatus(one, source);
  return {
    metadata: { name: one.name, ...(leaves && { deletionTimestamp: one.startedAt }) },
    spec: {
      containers: [
        {
          name: pass.state.deploymentId,
          image: one.image,
          resources: pass.state.spec.resources ?? {},
        },
      ],
    },
    status: {
      phase: one.status === 'created' ? 'Pending' : 'Running',
      startTime: one.startedAt,
      containerStatuses: [status],
    },
  };
}

function containerStatus(one: Container, { pass, ends }: ObserveSource): ObservedContainerStatus {
  const end = ends.get(one.name);
  const terminated = end && {
    exitCode: end.exitCode,
    message: end.log,
    ...(end.oomKilled && { reason: 'OOMKilled' }),
  };
  return {
    name: pass.state.deploymentId,
    ready: isReady(pass, one),
    restartCount: one.restarts,
    image: one.image,
    state: stateOf(one, pass, end?.log),
    ...(terminated && { lastState: { terminated } }),
  };
}

function stateOf(
  one: Container,
  pass: Pass,
  message = '',
): NonNullable<ObservedContainerStatus['state']> {
  if (one.error !== '') return { waiting: { reason: 'RunContainerError', message: one.error } };
  if (isCrashing(pass, one)) return { waiting: { reason: 'CrashLoopBackOff' } };
  if (one.status === 'created') return { waiting: { reason: 'ContainerCreating' } };
  if (one.status === 'running') return { running: { startedAt: one.startedAt } };
  const { exitCode, oomKilled } = one;
  return { terminated: { exitCode, message, ...(oomKilled && { reason: 'OOMKilled' }) } };
}

function instanceOf(one: Container, pod: ObservedPod, pass: Pass): Instance {
  const { name, image, startedAt, restarts } = one;
  const common = { name, image, startedAt, restarts };
  if (pass.leaving.includes(one)) {
    return { ...common, phase: 'Stopped', ready: false, reason: 'Terminating', message: '' };
  }
  const { reason = '', message = '' } = problemOf(pod) ?? {};
  const ready = isReady(pass, one);
  return { ...common, phase: phaseOf(ready, reason), ready, reason, message };
}

function phaseOf(ready: boolean, reason: string): Phase {
  if (reason !== '') return 'Failed';
  return ready ? 'Running' : 'Progressing';
}

/** What Docker and the edge have to say beside the cluster's words. */
function refine(status: RolloutStatus, source: ObserveSource): RolloutStatus {
  const { pass, trouble, taken, https, now } = source;
  const { deploymentId, spec, routes } = pass.state;
  const urls = routes
    .filter(({ host }) => !host.startsWith('*') && !taken.includes(host))
    .map((route) => urlOf(route, source));
  const ingresses = (spec.interfaces ?? [])
    .filter(({ ingress }) => (ingress?.rules ?? []).length > 0)
    .map(({ name, ingress }) => ({
      name: `${name}-${deploymentId}-ingress`,
      hosts: (ingress?.rules ?? []).map(({ host }) => host),
      status: judge(pass).active.length > 0 ? 'Operational' : 'Pending',
    }));
  const told = (status.conditions ?? []).map((one) =>
    one.type === 'SpecRendered' ? { ...one, ...rendered(spec, https !== undefined) } : one,
  );
  const conditions = withCertificates(told, routes, { source: https?.certificates, now });
  return { ...status, ...worded(status, trouble, taken), urls, ingresses, conditions };
}

function urlOf({ host, path, secure }: WantedRoute, { https, port }: ObserveSource): string {
  const hasCertificate =
    https !== undefined &&
    secure !== undefined &&
    https.certificates.find(host, secure.certificate) !== undefined;
  return hasCertificate ? `https://${host}${https.urlPort}${path}` : `http://${host}${port}${path}`;
}

function rendered(spec: RolloutResource['spec'], https: boolean) {
  const fields = ignoredFields(spec, { https });
  if (fields.length === 0) return { status: 'True' as const, reason: 'Complete', message: '' };
  const message = `Accepted, but without effect on Docker: ${fields.join(', ')}.`;
  return { status: 'False' as const, reason: 'FieldsNotRendered', message };
}

function worded(
  { phase = 'Unknown' }: RolloutStatus,
  { pulling, problem }: Trouble,
  taken: readonly string[],
): Partial<RolloutStatus> {
  const waits = phase === 'Pending' || phase === 'Progressing';
  if (pulling !== undefined && problem === undefined && waits) {
    return { reason: 'Pulling', message: pulling };
  }
  if (phase === 'Running' && taken.length > 0) {
    const message = `Others serve ${taken.join(', ')} already.`;
    return { phase: 'Degraded', reason: 'HostTaken', message };
  }
  return {};
}
