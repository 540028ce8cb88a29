import { expect, test, vi } from 'vitest';
import { ManualClock } from '@davit/domain/manual-clock';
import { silentLogger } from '../open-records.fixture.ts';
import { createCrons } from './crons.ts';

test('a job starts in its minutes, once at a time, and whatever it throws', async () => {
  const clock = new ManualClock();
  const crons = createCrons({ clock, logger: silentLogger });
  const run = vi.fn(() => Promise.reject(new Error('no')));
  crons.add({ id: 'mine', expression: '*/2 * * * *', run });
  clock.advance(60_000);
  expect(run).toHaveBeenCalledTimes(0);
  clock.advance(60_000);
  expect(run).toHaveBeenCalledTimes(1);
  await crons.close();
  clock.advance(120_000);
  expect(run).toHaveBeenCalledTimes(1);
});

test('what still runs is not started again; own jobs are listed before the system ones', async () => {
  const clock = new ManualClock();
  const crons = createCrons({ clock, logger: silentLogger });
  const { promise, resolve } = Promise.withResolvers<void>();
  const run = vi.fn(() => promise);
  crons.add({ id: '__pbX__', expression: '0 0 * * *', run });
  crons.add({ id: '__pbA__', expression: '0 0 * * *', run });
  crons.add({ id: 'b', expression: '* * * * *', run });
  crons.start('b');
  clock.advance(60_000);
  expect(run).toHaveBeenCalledTimes(1);
  expect(crons.list().map(({ id }) => id)).toEqual(['b', '__pbX__', '__pbA__']);
  expect(() => crons.start('none')).toThrow(/cron job/);
  resolve();
  await crons.close();
});
