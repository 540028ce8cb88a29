import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LogDatabase, openDatabase } from '@davit/sqlite';
import { expect, onTestFinished, test } from 'vitest';
import { ManualClock } from '@davit/domain/manual-clock';
import { silentLogger } from '../open-records.fixture.ts';
import { StoredLogs } from './stored-logs.ts';

const DAY_MS = 86_400_000;

async function logs(changes: object = {}) {
  const directory = await mkdtemp(join(tmpdir(), 'davit-logs-'));
  await (await openDatabase({ directory, readers: 0 })).close();
  const store = new LogDatabase({ directory, threaded: false });
  onTestFinished(async () => {
    await store.close();
    await rm(directory, { recursive: true });
  });
  const clock = new ManualClock();
  const settings = { maxDays: 5, minLevel: 0, maxDataSize: 0, logIP: true, logAuthId: false };
  const current = { ...settings, ...changes };
  const stored = new StoredLogs({ store, settings: () => current, clock, logger: silentLogger });
  const count = async (): Promise<number> => (await stored.page({})).totalItems;
  return { stored, clock, current, count };
}

const entry = (message: string, level = 0) => ({ level, message, data: {} });

test('two hundred are written together, the rest after three seconds', async () => {
  const { stored, clock, count } = await logs();
  for (let n = 0; n < 250; n++) stored.add(entry(`${n}`));
  await expect.poll(count).toBe(200);
  clock.advance(3000);
  await expect.poll(count).toBe(250);
});

test('entries of days past go, the others stay', async () => {
  const { stored, clock, count } = await logs();
  stored.add(entry('old'));
  clock.advance(4 * DAY_MS);
  stored.add(entry('newer'));
  await stored.flush();
  clock.advance(2 * DAY_MS);
  await stored.cleanUp();
  expect(await count()).toBe(1);
  expect((await stored.page({})).items[0]).toMatchObject({ message: 'newer' });
});

test('what is below the level, and everything where no day is kept, is not written', async () => {
  const { stored, current, count } = await logs({ minLevel: 4 });
  stored.add(entry('information'));
  stored.add(entry('warning', 4));
  current.maxDays = 0;
  stored.add(entry('error', 8));
  await stored.flush();
  expect(await count()).toBe(1);
});

test.each(['message:lower', '-level:each', 'message:nope', 'nope'])(
  'is in no order of %s',
  async (sort) => {
    const { stored } = await logs();
    await expect(stored.page({ sort })).rejects.toMatchObject({ code: 'invalid' });
  },
);

test('a large entry is cut and says so', async () => {
  const { stored } = await logs();
  stored.add({ level: 0, message: 'm'.repeat(9000), data: { a: 1, b: 'x'.repeat(20_000) } });
  await stored.flush();
  const [item] = (await stored.page({})).items;
  expect(item?.data).toEqual({ a: 1, __pb_truncated__: true });
  expect(item?.message).toHaveLength(8000);
});
