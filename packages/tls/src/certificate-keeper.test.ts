import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppError } from '@davit/domain';
import type { Clock, Logger } from '@davit/domain';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { AcmeCache } from './acme-cache.ts';
import type { Issue } from './acme-issuer.ts';
import { CertificateKeeper } from './certificate-keeper.ts';
import { makePair } from './make-pair.fixture.ts';
import { renewalTime } from './renewal.ts';

const DAY = 86_400_000;
const soon = (check: () => void): Promise<void> => vi.waitFor(check, 10_000);

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'davit-keeper-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** Time that stands still until it is moved. */
class TestClock implements Clock {
  #now = Date.now();
  #timers = new Set<{ at: number; callback: () => void }>();
  now = (): number => this.#now;

  after(ms: number, callback: () => void): () => void {
    const timer = { at: this.#now + ms, callback };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  move(ms: number): void {
    this.#now += ms;
    for (const timer of [...this.#timers]) {
      if (timer.at > this.#now) continue;
      this.#timers.delete(timer);
      timer.callback();
    }
  }
}

const silent: Logger = { log: () => undefined, with: () => silent };

function keeper(name: string, issue: Issue) {
  const clock = new TestClock();
  const cache = new AcmeCache(join(folder, name));
  const kept = new CertificateKeeper({ issue, cache, logger: silent, clock, random: () => 0 });
  onTestFinished(() => kept.close());
  return { kept, clock, cache };
}

/** Hours pass one by one, with time for what is due in each. */
async function pass(clock: TestClock, days: number): Promise<void> {
  for (let hour = 0; hour < days * 24; hour += 6) {
    clock.move(6 * 3_600_000);
    await new Promise(setImmediate);
  }
}

test('renews after two thirds of the life, a little earlier by chance', () => {
  const life = { notBefore: 0, notAfter: 90 * DAY };
  expect(renewalTime(life, () => 0)).toBe(60 * DAY);
  expect(renewalTime(life, () => 1)).toBe(55.5 * DAY);
});

test('gets a certificate, keeps it, and renews it in time', async () => {
  const issue = vi.fn<Issue>((host) => Promise.resolve(makePair([host], { days: 90 })));
  const { kept, clock, cache } = keeper('renews', issue);
  const changed = vi.fn<() => void>();
  kept.onChange = changed;
  kept.want(['a.com']);
  await soon(() => expect(kept.find('a.com')).toBeDefined());
  const first = kept.find('a.com');
  expect((await cache.read('a.com'))?.leaf.serialNumber).toBe(first?.leaf.serialNumber);
  await pass(clock, 59);
  expect(issue).toHaveBeenCalledTimes(1);
  await pass(clock, 2);
  await soon(() => expect(issue).toHaveBeenCalledTimes(2));
  await soon(() => expect(kept.find('a.com')).not.toBe(first));
  expect(changed).toHaveBeenCalledTimes(2);
});

test('waits longer after each failure, and serves what it has meanwhile', async () => {
  let works = true;
  const issue = vi.fn<Issue>((host) => {
    if (works) return Promise.resolve(makePair([host], { days: 90 }));
    return Promise.reject(new AppError('unavailable', 'The authority is away.'));
  });
  const { kept, clock } = keeper('fails', issue);
  kept.want(['a.com']);
  await soon(() => expect(kept.find('a.com')).toBeDefined());
  works = false;
  await pass(clock, 60);
  await soon(() => expect(kept.problem('a.com')).toBe('The authority is away.'));
  expect(kept.find('a.com')).toBeDefined();
  const before = issue.mock.calls.length;
  clock.move(60_000);
  await new Promise(setImmediate);
  expect(issue).toHaveBeenCalledTimes(before);
  clock.move(60_000);
  await soon(() => expect(issue).toHaveBeenCalledTimes(before + 1));
  works = true;
  clock.move(240_000);
  await soon(() => expect(kept.problem('a.com')).toBeUndefined());
});

test('orders for wanted hosts alone', async () => {
  const issue = vi.fn<Issue>((host) => Promise.resolve(makePair([host], { days: 90 })));
  const { kept, clock } = keeper('wanted', issue);
  kept.want(['a.com', 'b.com']);
  await soon(() => expect(issue).toHaveBeenCalledTimes(2));
  await soon(() => expect(kept.find('b.com')).toBeDefined());
  kept.want(['a.com']);
  expect(kept.find('b.com')).toBeUndefined();
  await pass(clock, 62);
  await soon(() => expect(issue).toHaveBeenCalledTimes(3));
  const hosts = issue.mock.calls.map(([host]) => host);
  // which of the first two comes first is nobody's business
  expect(hosts.slice(0, 2).sort()).toEqual(['a.com', 'b.com']);
  expect(hosts[2]).toBe('a.com');
});

test('asks for no new one where the cache has one, and for another where that is spoilt', async () => {
  const issue = vi.fn<Issue>((host) => Promise.resolve(makePair([host], { days: 90 })));
  const cache = new AcmeCache(join(folder, 'cached'));
  await cache.write('a.com', makePair(['a.com'], { days: 90 }));
  await cache.write('other.com', makePair(['elsewhere.com'], { days: 90 }));
  await cache.write('spoilt.com', { chain: 'no', key: 'no' });
  const { kept } = keeper('cached', issue);
  kept.want(['a.com', 'other.com', 'spoilt.com']);
  for (const host of ['a.com', 'other.com', 'spoilt.com']) {
    await soon(() => expect(kept.find(host)).toBeDefined());
  }
  expect(issue.mock.calls.map(([host]) => host)).toEqual(['other.com', 'spoilt.com']);
});
