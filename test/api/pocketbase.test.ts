import { readFileSync } from 'node:fs';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from '@davit/server';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { applySetup } from './pocketbase-setup.ts';
import type { SetupStep } from './pocketbase-setup.ts';
import { serveConfig } from './server.ts';
import { openSmtpSink } from './smtp-sink.ts';
import type { SmtpSink } from './smtp-sink.ts';

const FIXTURE = new URL('../fixtures/pocketbase/', import.meta.url);

interface Multipart {
  fields: Record<string, string | string[]>;
  files: { field: string; filename: string; contentType: string; content: string }[];
}

interface Scenario {
  file: string;
  testFunc: string;
  name: string;
  tier: string;
  method: string;
  url: string;
  headers: Record<string, string>;
  body: string | null;
  bodyKind: string;
  bodySize?: number;
  multipart?: Multipart;
  /** made to the directory first */
  setup?: SetupStep[];
  /** the client goes away after so many milliseconds */
  timeoutMs?: number;
  expectedStatus: number;
  expectedContent: string[];
  notExpectedContent: string[];
  expectedFiles?: string[];
}

/** Parts of PocketBase's API that this release does not have, by URL and name. */
const NOT_YET = [/^\/api\/settings\/apple/, /^\/_\/extensions/];

const TIERS = new Set(['http', 'http+setup']);

const scenarios = (
  JSON.parse(readFileSync(new URL('scenarios.json', FIXTURE), 'utf8')) as Scenario[]
).filter(
  ({ tier, url, name }) => TIERS.has(tier) && !NOT_YET.some((it) => it.test(`${url} ${name}`)),
);

let sink: SmtpSink;
beforeAll(async () => {
  sink = await openSmtpSink();
});
afterAll(() => sink[Symbol.asyncDispose]());

const byFile = Object.groupBy(scenarios, ({ file }) => file.replace('_test.go', ''));

describe.each(Object.keys(byFile))('PocketBase %s', (file) => {
  let shared: Promise<Replayed> | undefined;
  afterAll(async () => (await shared)?.close());
  const rows = (byFile[file] ?? []).map((scenario): [string, Scenario] => [
    `${scenario.testFunc}: ${scenario.name}`,
    scenario,
  ]);
  test.each(rows)('%s', async (_name, scenario) => {
    // Scenarios that change nothing can follow each other in one directory.
    const { setup = [] } = scenario;
    const changes = scenario.method !== 'GET' && scenario.expectedStatus < 400;
    const isRead = !changes && setup.every(({ op }) => op === 'hook');
    const server = await (isRead ? (shared ??= open()) : open(setup));
    try {
      const answer = await send(server.url, scenario);
      expect(`${answer.status} ${answer.text}`).toMatch(new RegExp(`^${scenario.expectedStatus} `));
      check(answer, scenario);
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

interface Answer {
  status: number;
  text: string;
  bytes: Buffer;
}

function check({ text, bytes }: Answer, scenario: Scenario): void {
  const { expectedContent, notExpectedContent, expectedFiles = [] } = scenario;
  for (const part of expectedContent) expect(text).toContain(part);
  for (const part of notExpectedContent) expect(text).not.toContain(part);
  for (const file of expectedFiles) {
    const stored = readFileSync(new URL(file.replace('tests/', ''), FIXTURE));
    expect(bytes.equals(stored)).toBe(true);
  }
  const expected = expectedContent.length + notExpectedContent.length + expectedFiles.length;
  if (expected === 0) expect(text).toBe('');
}

async function send(url: string, scenario: Scenario): Promise<Answer> {
  const headers = new Headers({ 'content-type': 'application/json' });
  for (const [name, value] of Object.entries(scenario.headers)) headers.set(name, value);
  const body = payload(scenario, headers);
  const response = await fetch(url + scenario.url, {
    method: scenario.method,
    headers,
    ...(body !== undefined && { body }),
    ...(scenario.timeoutMs !== undefined && { signal: AbortSignal.timeout(2000) }),
  });
  const bytes = await received(response, scenario.timeoutMs !== undefined);
  return { status: response.status, text: compact(bytes), bytes };
}

/** Of a stream that does not end by itself only the first part. */
async function received(response: Response, isStream: boolean): Promise<Buffer> {
  if (!isStream || !response.body) return Buffer.from(await response.arrayBuffer());
  const reader = response.body.getReader();
  const { value } = await reader.read();
  await reader.cancel();
  return Buffer.from(value ?? []);
}

function payload(scenario: Scenario, headers: Headers): BodyInit | undefined {
  if (scenario.bodyKind === 'zeros') return Buffer.alloc(scenario.bodySize ?? 0);
  if (scenario.bodyKind !== 'multipart') return scenario.body ?? undefined;
  headers.delete('content-type'); // the form has its own boundary
  const form = new FormData();
  for (const [name, values] of Object.entries(scenario.multipart?.fields ?? {})) {
    for (const value of [values].flat()) form.append(name, value);
  }
  for (const { field, filename, contentType, content } of scenario.multipart?.files ?? []) {
    form.append(field, new File([content], filename, { type: contentType }));
  }
  return form;
}

/** JSON without white space, as the original compares it; anything else byte by byte. */
function compact(bytes: Buffer): string {
  try {
    return JSON.stringify(JSON.parse(bytes.toString('utf8')));
  } catch {
    return bytes.toString('latin1');
  }
}
