import type { Clock, Collection } from '@davit/domain';
import type { AuditLog } from '../audit/audit.ts';
import type { RecordData } from '../record.ts';
import type { RequestInfo } from '../request.ts';
import { SUPERUSERS } from '../write/auth-effects.ts';
import { Cooldown } from './cooldown.ts';

const ONE_MS = 60_000;

export interface Refusal {
  collection: Collection;
  /** absent: nobody has the name */
  record: RecordData | undefined;
  request: RequestInfo;
  method: string;
}

/** Who knocks at the superusers' door, and from where. Not what was typed: it may be a password. */
export class Refusals {
  readonly #audit: AuditLog;
  /** by address and account: guessing fills no disk */
  readonly #noted: Cooldown;

  constructor(audit: AuditLog, clock: Clock) {
    this.#audit = audit;
    this.#noted = new Cooldown(clock, ONE_MS);
  }

  /** Once a minute for an address, an account and a method. */
  async note({ collection, record, request, method }: Refusal): Promise<void> {
    const key = `${request.ip} ${record?.id ?? ''} ${method}`;
    if (collection.name !== SUPERUSERS || this.#noted.has(key)) return;
    this.#noted.start(key);
    await this.#audit.note(request, {
      action: 'sign-in.refused',
      collection: collection.name,
      ...(record && { record: record.id }),
      detail: { method },
    });
  }
}
