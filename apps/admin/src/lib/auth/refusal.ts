import { ClientResponseError } from 'pocketbase';
import { toProblem } from '#lib/api/problem.ts';
import type { Problem } from '#lib/api/problem.ts';
import type { Realm } from './realm.ts';

/** One way to prove who one is, in the server's words. */
export type Factor = 'password' | 'otp' | 'oauth2';

/** Why somebody was not signed in, and what helps. */
export interface Refusal extends Problem {
  factor: Factor;
  cure?: 'start-over' | 'other-realm' | 'verify' | 'new-code';
}

interface Attempt {
  factor: Factor;
  realm: Realm;
  /** the provider's name for people */
  provider?: string;
}

/** The id of the session in which a second factor is wanted, if that is what the server says. */
export function challengeOf(error: unknown): string | undefined {
  if (!(error instanceof ClientResponseError) || error.status !== 401) return undefined;
  const { mfaId } = error.response;
  return typeof mfaId === 'string' ? mfaId : undefined;
}

/** What to tell somebody about a failed attempt. */
export function explain(error: unknown, attempt: Attempt): Refusal {
  const problem = toProblem(error);
  const { factor } = attempt;
  if (problem.message.includes('MFA session'))
    return {
      ...problem,
      factor,
      message: 'That took too long. Sign in again from the beginning.',
      cure: 'start-over',
    };
  if (factor === 'oauth2') return { ...problem, factor, ...ofProvider(error, problem, attempt) };
  if (problem.status === 403 && factor === 'password')
    return {
      ...problem,
      factor,
      message:
        'This account may not sign in yet. If its email address was never confirmed, do that first.',
      cure: 'verify',
    };
  if (problem.status === 429 && factor === 'otp')
    return {
      ...problem,
      factor,
      message: 'Too many wrong codes. Ask for a new one in a few minutes.',
      cure: 'new-code',
    };
  if (problem.status !== 400) return { ...problem, factor };
  if (factor === 'otp')
    return {
      ...problem,
      factor,
      message: 'This code is wrong or has expired.',
      fields: { code: 'This code is wrong or has expired.' },
      cure: 'new-code',
    };
  const who = attempt.realm === 'users' ? 'user' : 'superuser';
  return {
    ...problem,
    factor,
    message: `No ${who} has this name and password.`,
    fields: {},
    cure: 'other-realm',
  };
}

function ofProvider(
  error: unknown,
  problem: Problem,
  { provider = 'the provider' }: Attempt,
): Pick<Problem, 'message'> {
  const cause: unknown = error instanceof ClientResponseError ? error.originalError : undefined;
  const said = cause instanceof Error ? cause.message : '';
  if (said.includes('access_denied')) return { message: `You did not agree at ${provider}.` };
  if (said.includes('interrupted'))
    return { message: 'The connection to the server was lost meanwhile. Try again.' };
  if (problem.status === 0) return { message: `${provider} did not sign you in. Try again.` };
  if (problem.status === 403)
    return {
      message: `There is no account here for you at ${provider} yet. Ask whoever runs this server to add one with your email address.`,
    };
  if (problem.status === 400)
    return { message: `The server could not confirm with ${provider} who you are. Try again.` };
  return problem;
}
