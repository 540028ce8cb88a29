import type { CertificateSource } from '@davit/domain';
import type { RolloutStatus } from '@davit/rollout';
import type { WantedRoute } from './secure-routes.ts';

type Condition = NonNullable<RolloutStatus['conditions']>[number];

const TYPE = 'CertificateReady';

/** The conditions with one about certificates, where HTTPS is asked for. */
export function withCertificates(
  conditions: readonly Condition[],
  routes: readonly WantedRoute[],
  { source, now }: { source: CertificateSource | undefined; now: number },
): Condition[] {
  const others = conditions.filter(({ type }) => type !== TYPE);
  const asking = routes.filter(({ secure }) => secure !== undefined);
  if (!source || asking.length === 0) return others;
  const problems = new Set(
    asking.flatMap(({ host, secure }) => source.problem(host, secure?.certificate) ?? []),
  );
  const status = problems.size === 0 ? 'True' : 'False';
  const before = conditions.find(({ type }) => type === TYPE);
  const lastTransitionTime =
    before?.status === status
      ? before.lastTransitionTime
      : new Date(now).toISOString().replace(/\.\d+Z$/, 'Z');
  const reason = problems.size === 0 ? 'Served' : 'NoCertificate';
  const message = [...problems].join(' ');
  return [...others, { type: TYPE, status, reason, message, lastTransitionTime }];
}
