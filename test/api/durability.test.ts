import { randomInt } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ClientResponseError } from 'pocketbase';
import { expect, test } from 'vitest';
import { killableServer } from './killable-server.ts';
import type { KillableServer } from './killable-server.ts';

const KILLS = process.env.DAVIT_SOAK ? 50 : 5;

async function begin({ client, start }: KillableServer): Promise<string> {
  await start();
  const settings = { batch: { enabled: true, maxRequests: 50, timeout: 5 } };
  await client.settings.update(settings);
  const fields = [
    { name: 'pair', type: 'text' },
    { name: 'count', type: 'number' },
    { name: 'file', type: 'file', maxSelect: 1, maxSize: 2_000_000 },
  ];
  return (await client.collections.create({ name: 'notes', type: 'base', fields })).id;
}

/** What was asked for and what was promised, so far. */
interface Ledger {
  /** ids with the content of their file */
  created: Map<string, string>;
  deleted: Set<string>;
  counters: Map<string, { asked: number; promised: number }>;
}

/** Writes of every kind, until the server is gone. */
async function load({ client }: KillableServer, ledger: Ledger): Promise<void> {
  const notes = client.collection('notes');
  const untilGone = async (work: (turn: number) => Promise<void>): Promise<void> => {
    for (let turn = 0; ; turn++) {
      try {
        await work(turn);
      } catch (error) {
        if (error instanceof ClientResponseError && error.status === 0) return;
        throw error;
      }
    }
  };
  const create = async (turn: number): Promise<string> => {
    const content = `${turn} `.repeat(randomInt(1, 20_000));
    const { id } = await notes.create({ file: new File([content], 'note.txt') });
    ledger.created.set(id, content);
    return id;
  };
  const remove = async (turn: number): Promise<void> => {
    const id = await create(turn);
    ledger.created.delete(id); // from now on it may be gone
    await notes.delete(id);
    ledger.deleted.add(id);
  };
  const pair = async (turn: number): Promise<void> => {
    const batch = client.createBatch();
    const name = `${randomInt(1e9)}-${turn}`;
    for (const half of ['a', 'b']) {
      batch.collection('notes').create({ pair: name, file: new File([half], `${half}.txt`) });
    }
    const answers = await batch.send();
    for (const [at, { body }] of answers.entries()) {
      ledger.created.set((body as { id: string }).id, 'ab'.charAt(at));
    }
  };
  const { id } = await notes.create({ count: 0 });
  const counter = { asked: 0, promised: 0 };
  ledger.counters.set(id, counter);
  const count = async (): Promise<void> => {
    counter.asked++;
    const { count: now } = await notes.update<{ count: number }>(id, { 'count+': 1 });
    counter.promised = now;
  };
  const each = [create, create, remove, pair, pair, count];
  await Promise.all(each.map((work) => untilGone(async (turn) => void (await work(turn)))));
}

interface Note {
  id: string;
  pair: string;
  count: number;
  file: string;
}

async function audit(
  { client, dir }: KillableServer,
  collection: string,
  ledger: Ledger,
): Promise<void> {
  const notes = await client.collection('notes').getFullList<Note>();
  const byId = new Map(notes.map((note) => [note.id, note]));
  const place = ({ id, file }: Note): string => join(dir, 'storage', collection, id, file);
  for (const [id, content] of ledger.created) {
    const note = byId.get(id);
    expect(note, `${id} was promised`).toBeDefined();
    expect((await readFile(place(note!), 'utf8')) === content).toBe(true);
  }
  for (const id of ledger.deleted) expect(byId.has(id), `${id} was deleted`).toBe(false);
  for (const [id, { asked, promised }] of ledger.counters) {
    expect(byId.get(id)?.count).toBeGreaterThanOrEqual(promised);
    expect(byId.get(id)?.count).toBeLessThanOrEqual(asked);
  }
  for (const note of notes) if (note.file !== '') expect(existsSync(place(note))).toBe(true);
  const halves = Map.groupBy(notes, ({ pair }) => pair);
  for (const [pair, both] of halves) if (pair !== '') expect(both).toHaveLength(2);
  await expectNoStrays(join(dir, 'storage', collection), byId);
}

async function expectNoStrays(folder: string, byId: Map<string, Note>): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const strays = entries
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.attrs'))
    .filter(({ name, parentPath }) => byId.get(parentPath.split('/').at(-1) ?? '')?.file !== name)
    .map(({ name, parentPath }) => join(parentPath, name));
  expect(strays).toEqual([]);
}

test(
  `killed under load ${KILLS} times, it has what it promised, and no halves`,
  { timeout: KILLS * 15_000 },
  async () => {
    const place = await killableServer('durability');
    const collection = await begin(place);
    const ledger: Ledger = { created: new Map(), deleted: new Set(), counters: new Map() };
    for (let turn = 0; turn < KILLS; turn++) {
      const working = load(place, ledger);
      await sleep(randomInt(300, 900));
      await place.kill();
      await working;
      await place.start();
      await audit(place, collection, ledger);
    }
    expect(ledger.created.size).toBeGreaterThan(KILLS * 10);
  },
);
