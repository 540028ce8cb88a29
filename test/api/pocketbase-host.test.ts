import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { openHost } from './pocketbase-host.ts';
import { changesDirectory, mockProviders, prepare } from './pocketbase-host-setup.ts';
import type { HostStep } from './pocketbase-host-setup.ts';
import { check, FIXTURE, readScenarios, replay, titleOf } from './pocketbase-replay.ts';
import type { ReplayScenario } from './pocketbase-replay.ts';
import { openSmtpSink } from './smtp-sink.ts';
import type { SmtpSink } from './smtp-sink.ts';

/** Scenarios without a meaning here, and counts that differ, each with its reason. */
const { scenarios: without, events: otherCounts } = JSON.parse(
  readFileSync(new URL('not-replayable.json', FIXTURE), 'utf8'),
) as {
  scenarios: Record<string, string>;
  events: Record<string, { counts: Record<string, number>; reason: string }>;
};

/** All that need a host, and those whose hooks are worth counting. */
const scenarios = readScenarios().filter(
  (scenario) =>
    !(titleOf(scenario) in without) &&
    (scenario.tier === 'host' || Object.keys(scenario.expectedEvents).some((name) => name !== '*')),
);

let sink: SmtpSink;
beforeAll(async () => {
  sink = await openSmtpSink();
});
afterAll(() => sink[Symbol.asyncDispose]());

const byFile = Object.groupBy(scenarios, ({ file }) => file.replace('_test.go', ''));

describe.each(Object.keys(byFile))('a host of %s', (file) => {
  const rows = (byFile[file] ?? []).map((scenario): [string, ReplayScenario] => [
    titleOf(scenario),
    scenario,
  ]);
  test.each(rows)('%s', async (title, given) => {
    const steps = (given.setup ?? []) as HostStep[];
    const providers = mockProviders(steps);
    await using host = await openHost({
      setup: [
        { op: 'settings', path: 'smtp', value: sink.settings },
        ...steps.filter(changesDirectory),
      ],
      ...(providers && { providers }),
    });
    const { scenario, verify } = await prepare(host, given);
    check(await replay(host.url, scenario), scenario);
    verify();
    const expected = otherCounts[title]?.counts ?? scenario.expectedEvents;
    // mails and what follows them go out after the answer
    await vi.waitFor(() => expect(counted(host.ran, expected)).toEqual(named(expected)), {
      timeout: 30_000,
    });
  });
});

function counted(
  ran: ReadonlyMap<string, number>,
  expected: Record<string, number>,
): Record<string, number> {
  const all = [...ran].map(([name, count]): [string, number] => [
    name.charAt(0).toUpperCase() + name.slice(1),
    count,
  ]);
  return Object.fromEntries(all.filter(([name]) => '*' in expected || name in expected).sort());
}

function named(expected: Record<string, number>): Record<string, number> {
  const counts = Object.entries(expected).filter(([name, count]) => name !== '*' && count > 0);
  return Object.fromEntries(counts.sort());
}
