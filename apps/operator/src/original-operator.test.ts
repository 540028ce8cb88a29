import { expect, test } from 'vitest';
import { OriginalRenewals } from './original-operator.ts';
import type { OriginalLease } from './original-operator.ts';

/** of a machine whose clock nobody believes */
const LONG_AGO = '2001-01-01T00:00:00.000000Z';
const NEVER_YET = '2099-01-01T00:00:00.000000Z';

function aLease(renewTime: string, spec: OriginalLease['spec'] = {}): OriginalLease {
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name: 'one-click-operator-leader-election', namespace: 'old' },
    spec: { holderIdentity: 'manager', leaseDurationSeconds: 15, renewTime, ...spec },
  };
}

type Look = readonly [seconds: number, leases: OriginalLease[], found: boolean | undefined];
const held = aLease(LONG_AGO);

test.each<[string, Look[]]>([
  ['nobody is there', [[0, [], undefined]]],
  [
    'what the first look finds may be old: it is waited for, and not told',
    [
      [0, [held], false],
      [14, [held], false],
      [15, [held], undefined],
    ],
  ],
  [
    'the clock of its machine is behind: it renews, so it runs',
    [
      [0, [held], false],
      [2, [aLease('2001-01-01T00:00:02.000000Z')], true],
    ],
  ],
  [
    'the clock of its machine is ahead: it does not renew, so it has ended',
    [
      [0, [aLease(NEVER_YET)], false],
      [16, [aLease(NEVER_YET)], undefined],
      [1_000, [aLease(NEVER_YET)], undefined],
    ],
  ],
  [
    'it appears later',
    [
      [0, [], undefined],
      [10, [held], true],
      [26, [held], undefined],
    ],
  ],
  [
    'it is started again after its end',
    [
      [0, [held], false],
      [16, [held], undefined],
      [30, [aLease('2001-01-01T00:00:30.000000Z')], true],
    ],
  ],
  [
    'it gives its lease back',
    [
      [0, [held], false],
      [2, [aLease(LONG_AGO, { holderIdentity: '' })], undefined],
    ],
  ],
  [
    'its own copies would wait for longer',
    [
      [0, [aLease(LONG_AGO, { leaseDurationSeconds: 60 })], false],
      [59, [aLease(LONG_AGO, { leaseDurationSeconds: 60 })], false],
      [60, [aLease(LONG_AGO, { leaseDurationSeconds: 60 })], undefined],
    ],
  ],
])('%s', (_what, looks) => {
  const renewals = new OriginalRenewals();
  for (const [seconds, leases, found] of looks) {
    expect(renewals.look(leases, seconds * 1000)?.certain, `after ${seconds} s`).toBe(found);
  }
});

test('of two, the one that is known to run is told', () => {
  const renewals = new OriginalRenewals();
  const other = { ...held, metadata: { ...held.metadata, namespace: 'new' } };
  renewals.look([held], 0);
  expect(renewals.look([held, other], 2_000)).toEqual({ namespace: 'new', certain: true });
});
