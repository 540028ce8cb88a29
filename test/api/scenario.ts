import { expect, test } from 'vitest';
import type { Role, TestServer } from './server.ts';

/** One request and what must come back. `{user}` and the like in paths and bodies are the ids of the roles. */
export interface Scenario {
  name: string;
  method?: string;
  path: string;
  as?: Role;
  headers?: Record<string, string>;
  /** an object is sent as JSON; text and forms as they are */
  body?: unknown;
  status: number;
  contains?: readonly string[];
  lacks?: readonly string[];
}

/** A test for every row, against one server. */
export function runScenarios(server: () => TestServer, scenarios: readonly Scenario[]): void {
  test.each(scenarios)('$name', async (scenario) => {
    const { status, text } = await send(server(), scenario);
    expect(`${status} ${text}`).toMatch(new RegExp(`^${scenario.status} `));
    for (const part of scenario.contains ?? []) expect(text).toContain(fill(server(), part));
    for (const part of scenario.lacks ?? []) expect(text).not.toContain(fill(server(), part));
  });
}

export type Sent = Omit<Scenario, 'name' | 'status' | 'contains' | 'lacks'>;

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
}

export async function send(server: TestServer, request: Sent): Promise<Answer> {
  const { method = 'GET', path, as = 'guest', body } = request;
  const headers = new Headers(request.headers);
  if (as !== 'guest') headers.set('authorization', server.tokens[as]);
  const plain = body === undefined || body instanceof FormData || body instanceof URLSearchParams;
  if (!plain && !headers.has('content-type')) headers.set('content-type', 'application/json');
  const response = await fetch(server.url + fill(server, path), {
    method,
    headers,
    redirect: 'manual',
    ...(body !== undefined && { body: payload(server, body) }),
  });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

function payload(server: TestServer, body: unknown): BodyInit {
  if (typeof body === 'string') return body;
  if (body instanceof FormData || body instanceof URLSearchParams) return body;
  if (body instanceof Uint8Array) return body as Uint8Array<ArrayBuffer>;
  return fill(server, JSON.stringify(body));
}

function fill({ ids }: TestServer, text: string): string {
  return text
    .replaceAll('{user}', ids.user)
    .replaceAll('{other}', ids.other)
    .replaceAll('{superuser}', ids.superuser);
}
