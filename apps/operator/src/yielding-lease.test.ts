import { soleLease } from '@davit/controller';
import { AppError } from '@davit/domain';
import { ManualClock } from '@davit/domain/manual-clock';
import { expect, test, vi } from 'vitest';
import type { OriginalLease } from './original-operator.ts';
import { YieldingLease } from './yielding-lease.ts';

const patient = { timeout: 30_000 };

function aLease(renewTime: string): OriginalLease {
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name: 'one-click-operator-leader-election', namespace: 'old' },
    spec: { holderIdentity: 'manager', leaseDurationSeconds: 15, renewTime },
  };
}

/** A lease whose looks are answered by `answer`, and what came of it. */
function aCopy(first: OriginalLease[] | AppError) {
  const clock = new ManualClock();
  const told: string[] = [];
  const said: string[] = [];
  const world = { answer: first, looks: 0, leads: false };
  const logger = {
    log: (_level: string, message: string) => void said.push(message),
    with: () => logger,
  };
  const lease = new YieldingLease(soleLease, {
    look: () => {
      world.looks += 1;
      const { answer } = world;
      return answer instanceof AppError ? Promise.reject(answer) : Promise.resolve(answer);
    },
    clock,
    monotonic: () => clock.now(),
    logger,
    onFound: (namespace) => void told.push(namespace),
  });
  const stop = new AbortController();
  const ended = lease.hold(stop.signal, async (signal) => {
    world.leads = true;
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
    world.leads = false;
  });
  /** until it has looked once more, with what that led to */
  const look = async (answer: OriginalLease[] | AppError): Promise<void> => {
    world.answer = answer;
    const { looks } = world;
    await vi.waitFor(() => expect(clock.waiting).toBe(1), patient);
    clock.advance(10_000);
    await vi.waitFor(() => expect(world.looks).toBe(looks + 1), patient);
    await vi.waitFor(() => expect(clock.waiting).toBe(1), patient);
  };
  return {
    ...{ world, lease, told, said, clock, look },
    async [Symbol.asyncDispose]() {
      stop.abort();
      await ended;
    },
  };
}

test('leads at once where there is no other', async () => {
  await using copy = aCopy([]);
  await vi.waitFor(() => expect(copy.world.leads).toBe(true), patient);
  expect(copy.lease.held).toBe(true);
  expect(copy.said).toEqual([]);
});

test('waits while the other renews, tells of it once, and goes on where it ended', async () => {
  await using copy = aCopy([aLease('1')]);
  await copy.look([aLease('2')]);
  await copy.look([aLease('3')]);
  expect(copy.world.leads).toBe(false);
  expect(copy.lease).toMatchObject({ held: false, original: { namespace: 'old', certain: true } });
  expect(copy.told).toEqual(['old']);
  await copy.look([aLease('3')]);
  await copy.look([aLease('3')]);
  await vi.waitFor(() => expect(copy.world.leads).toBe(true), patient);
  expect(copy.lease).toMatchObject({ held: true, original: undefined });
});

test('stops when the other appears', async () => {
  await using copy = aCopy([]);
  await vi.waitFor(() => expect(copy.world.leads).toBe(true), patient);
  await copy.look([aLease('1')]);
  await vi.waitFor(() => expect(copy.world.leads).toBe(false), patient);
  expect(copy.lease.held).toBe(false);
});

test.each(['rate_limited', 'timeout', 'unavailable', 'internal'] as const)(
  'an answer %s tells nothing of an end',
  async (code) => {
    await using copy = aCopy([aLease('1')]);
    await copy.look([aLease('2')]);
    for (let i = 0; i < 5; i++) await copy.look(new AppError(code, 'no answer'));
    expect(copy.world.leads).toBe(false);
    expect(copy.lease.original).toEqual({ namespace: 'old', certain: true });
  },
);

test('without a first answer nothing is done', async () => {
  await using copy = aCopy(new AppError('timeout', 'no answer'));
  await copy.look(new AppError('rate_limited', 'later'));
  expect(copy.world.leads).toBe(false);
  expect(copy.lease.held).toBe(false);
  await copy.look([]);
  await vi.waitFor(() => expect(copy.world.leads).toBe(true), patient);
});

test('an answer that fails is none for one who leads either', async () => {
  await using copy = aCopy([]);
  await vi.waitFor(() => expect(copy.world.leads).toBe(true), patient);
  await copy.look(new AppError('timeout', 'no answer'));
  expect(copy.lease.held).toBe(true);
});

test('without the right to see it, it is not waited for', async () => {
  await using copy = aCopy(new AppError('forbidden', 'no'));
  await vi.waitFor(() => expect(copy.world.leads).toBe(true), patient);
  expect(copy.lease.held).toBe(true);
});
