import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import type { SetupStep } from './pocketbase-setup.ts';

export const FIXTURE = new URL('../fixtures/pocketbase/', import.meta.url);

interface Multipart {
  fields: Record<string, string | string[]>;
  files: { field: string; filename: string; contentType: string; content: string }[];
}

/** One request of PocketBase's own API tests, and what must come back. */
export interface ReplayScenario {
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
  /** how often each hook runs; `*`: every other one */
  expectedEvents: Record<string, number>;
}

export function readScenarios(): ReplayScenario[] {
  const text = readFileSync(new URL('scenarios.json', FIXTURE), 'utf8');
  return JSON.parse(text) as ReplayScenario[];
}

export const titleOf = ({ testFunc, name }: ReplayScenario): string => `${testFunc}: ${name}`;

export interface ReplayAnswer {
  status: number;
  text: string;
  bytes: Buffer;
}

export function check({ status, text, bytes }: ReplayAnswer, scenario: ReplayScenario): void {
  expect(`${status} ${text}`).toMatch(new RegExp(`^${scenario.expectedStatus} `));
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

export async function replay(url: string, scenario: ReplayScenario): Promise<ReplayAnswer> {
  const headers = new Headers({ 'content-type': 'application/json' });
  for (const [name, value] of Object.entries(scenario.headers)) headers.set(name, value);
  const body = payload(scenario, headers);
  const isStream = (scenario.timeoutMs ?? 0) > 0;
  const response = await fetch(url + scenario.url, {
    method: scenario.method,
    headers,
    redirect: 'manual',
    ...(body !== undefined && { body }),
    ...(isStream && { signal: AbortSignal.timeout(2000) }),
  });
  const bytes = await received(response, isStream);
  return { status: response.status, text: compact(bytes), bytes };
}

/** Of a stream that does not end by itself only the first part. */
async function received(response: Response, isStream: boolean): Promise<Buffer> {
  if (!isStream || !response.body) return Buffer.from(await response.arrayBuffer());
  const reader = response.body.getReader();
  try {
    const { value } = await reader.read();
    await reader.cancel();
    return Buffer.from(value ?? []);
  } catch {
    return Buffer.alloc(0); // nothing came until the client went away
  }
}

function payload(scenario: ReplayScenario, headers: Headers): BodyInit | undefined {
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
