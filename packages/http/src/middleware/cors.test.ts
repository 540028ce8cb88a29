import express from 'express';
import { expect, test } from 'vitest';
import { listenForTest } from '../listen.fixture.ts';
import { cors } from './cors.ts';

async function allowed(origins: string[], origin: string): Promise<string | null> {
  await using server = await listenForTest(express().use(cors(origins)));
  const response = await fetch(server.url, { method: 'OPTIONS', headers: { origin } });
  expect(response.status).toBe(204);
  expect(response.headers.get('vary')).toMatch(/^Origin/);
  return response.headers.get('access-control-allow-origin');
}

test.each([
  [['*'], 'https://any.example', '*'],
  [['https://a.example'], 'https://a.example', 'https://a.example'],
  [['https://a.example'], 'https://a-example', null],
  [['https://a.example'], 'https://a.example.evil.example', null],
  [['https://*.a.example', 'http://localhost:517?'], 'https://x.a.example', 'https://x.a.example'],
  [
    ['https://*.a.example', 'http://localhost:517?'],
    'http://localhost:5173',
    'http://localhost:5173',
  ],
  [['https://*.a.example'], 'https://a.example', null],
])('with %j the answer to %s is %s', async (origins, origin, answer) => {
  expect(await allowed(origins, origin)).toBe(answer);
});
