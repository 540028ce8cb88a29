import type { DriverEvent, RolloutIntent } from '@davit/domain';
import { expect, test } from 'vitest';
import { createNoneDriver } from './none-driver.ts';

const intent = (deploymentId: string, rolloutId = 'r1'): RolloutIntent => ({
  projectId: 'p1',
  deploymentId,
  rolloutId,
  spec: {},
  secrets: {},
  project: { name: 'P', userId: 'u1', username: 'u' },
});

test('says that every deployment waits for an engine, first those it knew, then new ones', async () => {
  const driver = createNoneDriver();
  const end = new AbortController();
  const options = { signal: end.signal };
  await driver.apply(intent('d1'), options);
  const seen: string[] = [];
  for await (const event of driver.watch(options)) {
    seen.push(describe(event));
    if (event.type === 'disconnected') {
      await driver.apply(intent('d2'), options);
      await driver.apply(intent('d2'), options);
      await driver.removeProject('p1', { ...options, deleteData: false });
    }
    if (seen.length === 6) end.abort();
  }
  expect(seen).toEqual([
    'd1 Pending NoEngine',
    'synced',
    'disconnected',
    'd2 Pending NoEngine',
    'removed d1',
    'removed d2',
  ]);
});

test('ends a quiet watch with its signal', async () => {
  const end = new AbortController();
  const events: DriverEvent[] = [];
  const reading = (async () => {
    for await (const event of createNoneDriver().watch({ signal: end.signal })) events.push(event);
  })();
  end.abort();
  await reading;
});

test('cannot restart or read logs, and says what would help', async () => {
  const driver = createNoneDriver();
  const { signal } = new AbortController();
  const failure = { code: 'unavailable', reason: 'NoEngine', message: /--driver kubernetes/ };
  const ref = { projectId: 'p1', deploymentId: 'd1' };
  await expect(driver.restart(ref, { signal })).rejects.toMatchObject(failure);
  const logs = driver.logs(ref, { signal, follow: false })[Symbol.asyncIterator]();
  await expect(logs.next()).rejects.toMatchObject(failure);
});

function describe(event: DriverEvent): string {
  if (event.type === 'observed') {
    const { deploymentId, phase, reason } = event.observation;
    return `${deploymentId} ${phase} ${reason}`;
  }
  return event.type === 'removed' ? `removed ${event.ref.deploymentId}` : event.type;
}
