import type { RolloutSpec } from '../schema/spec.ts';
import { compact } from './compact.ts';

type Probe = NonNullable<NonNullable<RolloutSpec['probes']>['readiness']>;

/** The probes of the app: those asked for, and that the first port is open before an instance gets requests. */
export function renderProbes(spec: RolloutSpec): Record<string, unknown> {
  const { readiness, liveness, startup } = spec.probes ?? {};
  const port = spec.interfaces?.[0]?.port;
  const given = (probe: Probe | undefined): object | undefined =>
    probe === undefined ? undefined : renderProbe(probe, port);
  return compact({
    readinessProbe: given(readiness) ?? usualReadiness(spec),
    livenessProbe: given(liveness),
    startupProbe: given(startup),
  });
}

function usualReadiness({ readiness, interfaces = [] }: RolloutSpec): object | undefined {
  const [first] = interfaces;
  if (readiness === 'none' || first === undefined) return undefined;
  return {
    tcpSocket: { port: first.port },
    periodSeconds: 2,
    timeoutSeconds: 2,
    failureThreshold: 3,
  };
}

/** Which port a probe without one means, a spec without interfaces does not say: `complaintsAcross` refuses it. */
function renderProbe({ http, tcp, exec, ...times }: Probe, first: number | undefined): object {
  return compact({
    httpGet: http && { path: http.path, port: http.port ?? first },
    tcpSocket: tcp && { port: tcp.port ?? first },
    exec: exec && { command: exec.command },
    ...times,
  });
}
