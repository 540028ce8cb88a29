import type { CollectionStore, JsonObject, RecordStore } from '@davit/domain';
import { AppError, toAppError } from '@davit/domain';
import type { Core } from '../core.ts';
import { badRequest, notFound } from '../failure.ts';
import { formatDate } from '../fields/date.ts';
import type { OwnPage } from '../own-tables/own-page.ts';
import { listOwn } from '../own-tables/own-table.ts';
import { buildQuery } from '../queries/build-query.ts';
import type { RecordData } from '../record.ts';
import { schemaOf } from '../schema.ts';
import { appendAudit, AUDIT } from './append-audit.ts';
import type { AuditLog, AuditNote, Outcome, Requester } from './audit.ts';

const PARAM = 'davit.audit';
const DEFAULT_DAYS = 365;
const MOST_DAYS = 36_500;
const DAY_MS = 86_400_000;
/** entries read, or removed, at a time */
const PIECE = 500;

type Store = RecordStore & CollectionStore;

export class StoredAudit implements AuditLog {
  readonly #core: Core;
  readonly #store: Store;
  #maxDays = DEFAULT_DAYS;

  static async open(core: Core, store: Store): Promise<StoredAudit> {
    const audit = new StoredAudit(core, store);
    await audit.#load();
    return audit;
  }

  private constructor(core: Core, store: Store) {
    this.#core = core;
    this.#store = store;
  }

  get maxDays(): number {
    return this.#maxDays;
  }

  /** Reads the setting. */
  async #load(): Promise<void> {
    const stored = await this.#store.getParam(PARAM);
    const { maxDays } = (stored ?? {}) as { maxDays?: unknown };
    this.#maxDays = typeof maxDays === 'number' ? maxDays : DEFAULT_DAYS;
  }

  note(by: Requester, note: AuditNote): Promise<void> {
    return this.#append(by, note, 'done');
  }

  async around<T>(by: Requester, note: AuditNote, work: () => Promise<T>): Promise<T> {
    await this.#append(by, note, 'started');
    try {
      return await work();
    } catch (error) {
      const detail = { ...note.detail, error: toAppError(error).code };
      await this.#append(by, { ...note, detail }, 'failed');
      throw error;
    }
  }

  async page(parameters: Record<string, string>): Promise<OwnPage<JsonObject>> {
    const options = { parameters, sort: '-seq' };
    const reader = { core: this.#core, store: this.#store };
    const page = await listOwn(reader, AUDIT, options);
    return { ...page, items: page.items.map(toJson) };
  }

  async get(id: string): Promise<JsonObject> {
    const query = buildQuery(this.#core, { collection: AUDIT, ids: [id] });
    const { rows } = await this.#store.find(query, { offset: 0, limit: 1, count: false });
    if (!rows[0]) throw notFound();
    return toJson(schemaOf(AUDIT).fromRow(rows[0]));
  }

  async *export(filter: string): AsyncGenerator<JsonObject> {
    let last = 0;
    for (;;) {
      const entries = await this.#after(last, filter);
      for (const entry of entries) {
        last = Number(entry.seq);
        yield toJson(entry);
      }
      if (entries.length < PIECE) return;
    }
  }

  async #after(seq: number, filter: string): Promise<RecordData[]> {
    try {
      const query = buildQuery(this.#core, {
        collection: AUDIT,
        trusted: true,
        rule: `seq > ${seq}`,
        filter: filter.trim(),
        sort: 'seq',
      });
      const { rows } = await this.#store.find(query, { offset: 0, limit: PIECE, count: false });
      return rows.map((row) => schemaOf(AUDIT).fromRow(row));
    } catch (error) {
      throw badRequest(error);
    }
  }

  async setMaxDays(by: Requester, body: JsonObject): Promise<void> {
    const { maxDays } = body;
    if (!isDays(maxDays)) throw invalidDays();
    const detail = { before: this.#maxDays, after: maxDays };
    await this.#store.setParam(PARAM, { maxDays }, (tx) => {
      appendAudit(tx, this.#core.clock, { by, note: { action: 'audit.update', detail } });
    });
    this.#maxDays = maxDays;
  }

  async cleanUp(): Promise<void> {
    if (this.#maxDays === 0) return;
    const date = formatDate(this.#core.clock.now() - this.#maxDays * DAY_MS);
    const query = buildQuery(this.#core, {
      collection: AUDIT,
      trusted: true,
      rule: `created <= "${date}"`,
      sort: 'seq',
    });
    for (;;) {
      const removed = await this.#store.write((tx) => {
        const { rows } = tx.query(query, { offset: 0, limit: PIECE, count: false });
        for (const { id } of rows) tx.delete(AUDIT, String(id));
        return rows.length;
      });
      if (removed < PIECE) return;
    }
  }

  #append(by: Requester, note: AuditNote, outcome: Outcome): Promise<void> {
    return this.#store.write((tx) => appendAudit(tx, this.#core.clock, { by, note, outcome }));
  }
}

function toJson(entry: RecordData): JsonObject {
  return entry;
}

function isDays(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) <= MOST_DAYS;
}

function invalidDays(): AppError {
  const message = `Must be a whole number from 0 (for ever) to ${MOST_DAYS}.`;
  return new AppError('invalid', 'An error occurred while validating the submitted data.', {
    data: { maxDays: { code: 'validation_invalid_value', message } },
  });
}
