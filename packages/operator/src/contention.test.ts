import type { Clock } from '@davit/domain';
import { expect, test } from 'vitest';
import { Contention } from './contention.ts';

const child = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', uid: 'uid-1' },
};

test('the eleventh repair within a minute is one too many, and a minute later all is well', () => {
  let now = 0;
  const contention = new Contention({ now: () => now } as Clock);
  for (let i = 0; i < 10; i++) {
    contention.check(child);
    contention.repaired(child);
    now += 1000;
  }
  expect(() => contention.check(child)).toThrow(/Something keeps changing Deployment "web"/);
  contention.check({ ...child, metadata: { name: 'other', uid: 'uid-2' } });
  now += 60_000;
  expect(() => contention.check(child)).not.toThrow();
});
