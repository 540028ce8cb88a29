import { readFileSync } from 'node:fs';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from '@davit/server';
import { afterAll, describe, expect, test } from 'vitest';
import { serveConfig } from './server.ts';

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
  multipart?: Multipart;
  expectedStatus: number;
  expectedContent: string[];
  notExpectedContent: string[];
}

/** Parts of PocketBase's API that this release does not have, by URL and name. */
const NOT_YET = [
  /^\/api\/(settings|backups|logs|crons|batch|sql)/,
  /\/(auth-with-oauth2|auth-with-otp|request-otp|oauth2-redirect)/,
  /\/(request|confirm)-(verification|password-reset|email-change)/,
  /\/meta\/(oauth2-providers|dry-run-view)/,
  /[?&]thumb=/,
  /^\/_\/extensions/,
  /^\/api\/collections\?filter=/,
  /\/auth-methods .*all auth methods/, // lists OAuth2 providers
];

const scenarios = (
  JSON.parse(readFileSync(new URL('scenarios.json', FIXTURE), 'utf8')) as Scenario[]
).filter(
  ({ tier, url, name }) => tier === 'http' && !NOT_YET.some((it) => it.test(`${url} ${name}`)),
);

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
    const isRead = scenario.method === 'GET' || scenario.expectedStatus >= 400;
    const server = await (isRead ? (shared ??= open()) : open());
    try {
      const answer = await send(server.url, scenario);
      expect(`${answer.status} ${answer.text}`).toMatch(new RegExp(`^${scenario.expectedStatus} `));
      check(answer.text, scenario);
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
async function open(): Promise<Replayed> {
  const dir = await mkdtemp(join(tmpdir(), 'davit-pocketbase-'));
  await cp(new URL('data', FIXTURE), dir, { recursive: true });
  const server = await createServer(serveConfig(dir));
  return {
    url: server.url,
    async close() {
      await server.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

function check(text: string, scenario: Scenario): void {
  const { expectedContent, notExpectedContent } = scenario;
  for (const part of expectedContent) expect(text).toContain(part);
  for (const part of notExpectedContent) expect(text).not.toContain(part);
  if (expectedContent.length + notExpectedContent.length === 0) expect(text).toBe('');
}

async function send(url: string, scenario: Scenario): Promise<{ status: number; text: string }> {
  const headers = new Headers({ 'content-type': 'application/json' });
  for (const [name, value] of Object.entries(scenario.headers)) headers.set(name, value);
  const body = payload(scenario, headers);
  const response = await fetch(url + scenario.url, {
    method: scenario.method,
    headers,
    ...(body !== undefined && { body }),
  });
  return { status: response.status, text: compact(await response.arrayBuffer()) };
}

function payload(scenario: Scenario, headers: Headers): BodyInit | undefined {
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
function compact(bytes: ArrayBuffer): string {
  const text = Buffer.from(bytes).toString('utf8');
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    return Buffer.from(bytes).toString('latin1');
  }
}
