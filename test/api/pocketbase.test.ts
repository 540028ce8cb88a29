import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from '@davit/server';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { check, FIXTURE, readScenarios, replay, titleOf } from './pocketbase-replay.ts';
import type { ReplayScenario } from './pocketbase-replay.ts';
import { applySetup } from './pocketbase-setup.ts';
import type { SetupStep } from './pocketbase-setup.ts';
import { serveConfig } from './server.ts';
import { openSmtpSink } from './smtp-sink.ts';
import type { SmtpSink } from './smtp-sink.ts';

const TIERS = new Set(['http', 'http+setup']);

const scenarios = readScenarios().filter(({ tier }) => TIERS.has(tier));

let sink: SmtpSink;
beforeAll(async () => {
  sink = await openSmtpSink();
});
afterAll(() => sink[Symbol.asyncDispose]());

const byFile = Object.groupBy(scenarios, ({ file }) => file.replace('_test.go', ''));

describe.each(Object.keys(byFile))('PocketBase %s', (file) => {
  let shared: Promise<Replayed> | undefined;
  afterAll(async () => (await shared)?.close());
  const rows = (byFile[file] ?? []).map((scenario): [string, ReplayScenario] => [
    titleOf(scenario),
    scenario,
  ]);
  test.each(rows)('%s', async (_name, scenario) => {
    // Scenarios that change nothing can follow each other in one directory.
    const { setup = [] } = scenario;
    const changes = scenario.method !== 'GET' && scenario.expectedStatus < 400;
    const isRead = !changes && setup.every(({ op }) => op === 'hook');
    const server = await (isRead ? (shared ??= open()) : open(setup));
    try {
      check(await replay(server.url, scenario), scenario);
    } finally {
      if (!isRead) await server.close();
    }
  });
});

interface Replayed {
  url: string;
  close(): Promise<void>;
}

/** A server on a fresh copy of the directory. */
async function open(setup: readonly SetupStep[] = []): Promise<Replayed> {
  const dir = await mkdtemp(join(tmpdir(), 'davit-pocketbase-'));
  await cp(new URL('data', FIXTURE), dir, { recursive: true });
  // the original's mailer takes everything
  await applySetup(dir, [{ op: 'settings', path: 'smtp', value: sink.settings }, ...setup]);
  const server = await createServer(serveConfig(dir));
  return {
    url: server.url,
    async close() {
      await server.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
