import type { DeploymentRef, EngineEvent } from '@davit/domain';
import { Reflector } from '../reflector.ts';
import type { KubeList, KubeObject } from '../kube-object.ts';
import { Store } from '../store.ts';
import { pathOf } from './context.ts';
import type { DriverContext } from './context.ts';
import { compareTimes } from './read-logs.ts';
import { Wake } from './wake.ts';

interface KubeEvent extends KubeObject {
  involvedObject: { kind?: string; name?: string };
  reason?: string;
  message?: string;
  type?: string;
  count?: number;
  eventTime?: string | null;
  firstTimestamp?: string | null;
  lastTimestamp?: string | null;
  series?: { count?: number; lastObservedTime?: string } | null;
}

const PAGE = 500;

/** Events that exist, oldest first. */
export async function* readEvents(
  ref: DeploymentRef,
  { kube }: DriverContext,
  signal: AbortSignal,
): AsyncGenerator<EngineEvent> {
  const found: EngineEvent[] = [];
  let next: string | undefined;
  do {
    const page: KubeList<KubeEvent> = await kube.get(pathOf('Event', ref.projectId), {
      query: { limit: PAGE, continue: next },
      signal,
    });
    found.push(...(page.items ?? []).filter(isAbout(ref)).map(eventOf));
    next = page.metadata.continue;
  } while (next);
  yield* found.sort(byTime);
}

/** Then new ones as they come, and old ones again when they are counted up. Ends with the signal. */
export async function* followEvents(
  ref: DeploymentRef,
  context: DriverContext,
  signal: AbortSignal,
): AsyncGenerator<EngineEvent> {
  const wake = new Wake();
  // by id: of an event that repeats while nobody reads, the last one counts
  const waiting = new Map<string, EngineEvent>();
  const about = isAbout(ref);
  const ended = new AbortController();
  const reflector = new Reflector<KubeEvent, EngineEvent | undefined>({
    http: context.kube,
    clock: context.clock,
    path: pathOf('Event', ref.projectId),
    store: new Store(),
    project: (event) => (about(event) ? eventOf(event) : undefined),
    onChange: ({ type, entry: { value } }) => {
      if (type === 'deleted' || value === undefined) return;
      waiting.set(value.id, value);
      wake.ring();
    },
  });
  const ring = (): void => wake.ring();
  signal.addEventListener('abort', ring);
  const running = reflector.run(AbortSignal.any([signal, ended.signal]));
  try {
    await reflector.synced;
    while (!signal.aborted) {
      const ready = [...waiting.values()].sort(byTime);
      waiting.clear();
      yield* ready;
      if (waiting.size === 0) await wake.next();
    }
  } finally {
    signal.removeEventListener('abort', ring);
    ended.abort();
    await running;
  }
}

const byTime = (a: EngineEvent, b: EngineEvent): number => compareTimes(a.time, b.time);

/** Letters and digits Kubernetes makes names of. */
const RANDOM = '[bcdfghjklmnpqrstvwxz2456789]';

/** Whether an event is about the Rollout or one of its children, by name: children that are gone have events, too. */
function isAbout({ deploymentId }: DeploymentRef): (event: KubeEvent) => boolean {
  const name = deploymentId.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const patterns: Record<string, RegExp> = {
    Rollout: new RegExp(`^${name}$`),
    Deployment: new RegExp(`^${name}$`),
    HorizontalPodAutoscaler: new RegExp(`^${name}$`),
    ReplicaSet: new RegExp(`^${name}-${RANDOM}{6,10}$`),
    Pod: new RegExp(`^${name}-${RANDOM}{6,10}-${RANDOM}{5}$`),
    Service: new RegExp(`-${name}-svc$`),
    Ingress: new RegExp(`-${name}-ingress$`),
    PersistentVolumeClaim: new RegExp(`-${name}$`),
    Secret: new RegExp(`^${name}-`),
    ServiceAccount: new RegExp(`^${name}-sa$`),
  };
  return ({ involvedObject: { kind = '', name: object = '' } }) =>
    patterns[kind]?.test(object) === true;
}

function eventOf(event: KubeEvent): EngineEvent {
  const { metadata, involvedObject, series } = event;
  const { kind = '', name = '' } = involvedObject;
  return {
    id: metadata.uid ?? metadata.name,
    time: timeOf(event),
    type: event.type === 'Warning' ? 'Warning' : 'Normal',
    reason: event.reason ?? '',
    message: event.message ?? '',
    object: { kind, name },
    count: series?.count ?? event.count ?? 1,
  };
}

/** Old and new ways of reporting events fill different fields. */
function timeOf({ series, metadata, ...event }: KubeEvent): string {
  const times = [
    series?.lastObservedTime,
    event.lastTimestamp,
    event.eventTime,
    event.firstTimestamp,
    metadata.creationTimestamp,
  ];
  return times.find((time) => typeof time === 'string') ?? '';
}
