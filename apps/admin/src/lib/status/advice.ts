import type { Phase } from '@davit/domain';

/** What to do next, by the reason a driver gives. Matched by part, since engines vary in their words. */
const ADVICE: [part: RegExp, text: string][] = [
  [
    /NoEngine/i,
    'Connect Kubernetes or Docker: start the server with --driver kubernetes or --driver docker.',
  ],
  [
    /RolledBack/,
    'The version before serves. Correct the newest configuration in Settings and roll it out again.',
  ],
  [
    /RollingBack/,
    'The last version that worked is being put back. Then correct the configuration in Settings.',
  ],
  [
    /AutoscalerInactive/,
    'Replicas do not follow the load. Check that the metrics server runs and that a CPU request is set.',
  ],
  [
    /QuotaExceeded/,
    'The quota of the project is used up. Lower replicas or requests in Settings, or have it raised.',
  ],
  [
    /Contended/,
    'Find what else changes it on the engine, such as another controller or a webhook, and stop that.',
  ],
  [
    /NameConflict/,
    'Something else on the engine has this name. Remove it there, or choose another name.',
  ],
  [/Retrying/, 'It is tried again by itself. If it keeps failing, its last lines are in the logs.'],
  [/Completed/, 'It did its work and ended; nothing needs doing.'],
  [
    /ImagePull|InvalidImageName|ErrImage/i,
    'Check the image name and tag, and the registry credentials if the image is private.',
  ],
  [
    /CrashLoop|BackOff|ContainerExited/i,
    'The program keeps ending. Its last lines are in the logs; check its environment variables.',
  ],
  [/OOM/i, 'It used more memory than its limit. Raise the memory limit in Settings.'],
  [
    /Unschedulable|Insufficient/i,
    'The engine has no room for what it asks for. Lower its CPU or memory requests, or add capacity.',
  ],
  [/HostTaken/i, 'Another project uses this host name. Choose a different one in Settings.'],
  [/Probe|Unhealthy|NotReady/i, 'It runs but does not answer yet. Check its port and its logs.'],
  [/InvalidSpec|Unsupported/i, 'Correct the configuration in Settings, or roll back.'],
  [
    /Deadline|Timeout/i,
    'It did not become ready in time. Look at the logs, or roll back to the rollout before.',
  ],
  [/Config|Secret/i, 'Check the environment variables and secrets in Settings.'],
  [/Volume|Mount|PersistentVolume/i, 'Check the volumes in Settings: size and storage class.'],
  [/Unavailable|Disconnected/i, 'The engine does not answer. It is tried again by itself.'],
];

/** Reasons that go by without anybody's help while an app moves from one state to the next. */
const PASSING = new Set([
  'Applying',
  'InstancesNotReady',
  'Pending',
  'Removing',
  'Starting',
  'Stopping',
  'Updating',
]);

/** Should a person be told more than the word of the phase? */
export function isTroubled(phase: Phase | '', reason: string): boolean {
  if (phase === 'Failed' || phase === 'Degraded') return true;
  return ['Pending', 'Progressing', 'Unknown'].includes(phase) && !PASSING.has(reason);
}

/** One sentence a person can act on, or '' where nothing needs doing. */
export function advice(reason: string): string {
  if (reason === '') return '';
  return ADVICE.find(([part]) => part.test(reason))?.[1] ?? '';
}
