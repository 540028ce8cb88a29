import { expect } from 'vitest';
import { askRaw } from './ask-raw.ts';
import type { Answer, Sent } from './ask-raw.ts';
import { startServer } from './server.ts';
import type { TestServer } from './server.ts';

const FIELDS = [
  { name: 'title', type: 'text', max: 0 },
  { name: 'amount', type: 'number' },
  { name: 'data', type: 'json' },
  { name: 'self', type: 'relation', collectionId: 'things', maxSelect: 3 },
  { name: 'files', type: 'file', maxSelect: 9, thumbs: ['100x100'] },
];
const EVERYBODY = { listRule: '', viewRule: '', createRule: '', updateRule: '', deleteRule: '' };

/** A server with a few `things` that everybody may see and change. */
export async function startWithThings(): Promise<TestServer> {
  const server = await startServer();
  const { records } = server.server;
  const { id } = await records.collections.create({
    ...{ name: 'things', type: 'base', fields: FIELDS.slice(0, 3), ...EVERYBODY },
  });
  const fields = FIELDS.map((field) =>
    'collectionId' in field ? { ...field, collectionId: id } : field,
  );
  await records.collections.update('things', { fields });
  for (let at = 0; at < 5; at++) {
    await records.save('things', { title: `t${at}`, amount: at, data: { a: [at] } });
  }
  return server;
}

/** A form with one field. */
export function form(name: string, value: string): Sent {
  return {
    body: Buffer.from(
      `--B\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n--B--\r\n`,
    ),
    headers: { 'content-type': 'multipart/form-data; boundary=B' },
  };
}

/** Asks the server that `server` answers with, once there is one. */
export function asker(server: () => TestServer): (path: string, sent?: Sent) => Promise<Answer> {
  return (path, sent) => askRaw(server(), path, sent);
}

/** Never our fault, and nothing of the inside in the answer. */
export function expectClientFault({ status, text }: Answer): void {
  expect(status, text).toBeLessThan(500);
  if (status >= 400) expect(text).not.toMatch(/SQLITE|\bat .*\.ts:|no such column|node:/);
}
