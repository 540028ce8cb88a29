import { AppError } from '@davit/domain';
import { randomText } from '../fields/random.ts';
import { commandLine } from '../audit/command-line.ts';
import { internalOperations, saveNoted } from '../internal.ts';
import type { InternalOperations } from '../operations.ts';
import type { RecordData } from '../record.ts';
import type { Context } from '../requests/context.ts';
import { removeRecord } from '../requests/delete.ts';
import { INSTALLER_EMAIL, SUPERUSERS } from '../write/auth-effects.ts';
import type { AccountMail } from './account-mail.ts';
import { factorSettings, otpLength } from './auth-options.ts';
import { escapeHtml } from './mail-template.ts';
import type { Superusers } from './sign-in.ts';
import { textOf } from './text-of.ts';
import type { Tokens } from './tokens.ts';

const INSTALLER_SECONDS = 30 * 60;
const DIGITS = '0123456789';

export class RecordSuperusers implements Superusers {
  readonly #context: Context;
  readonly #records: InternalOperations;
  readonly #tokens: Tokens;
  readonly #mail: AccountMail;

  constructor(context: Context, tokens: Tokens, mail: AccountMail) {
    this.#context = context;
    this.#records = internalOperations(context);
    this.#tokens = tokens;
    this.#mail = mail;
  }

  async upsert(email: string, password: string): Promise<RecordData> {
    const known = await this.#find(email);
    if (!known) return this.create(email, password);
    return this.#save({ id: known.id, email, password }, 'record.update');
  }

  create(email: string, password: string): Promise<RecordData> {
    return this.#save({ email, password }, 'record.create');
  }

  async delete(email: string): Promise<void> {
    const record = await this.#find(email);
    if (!record) return;
    const collection = this.#context.core.catalog.get(SUPERUSERS);
    const note = { action: 'record.delete', collection: SUPERUSERS, record: record.id };
    await removeRecord(this.#context, { collection, record }, [
      (tx) => tx.audit(commandLine(), note),
    ]);
  }

  #save(record: Partial<RecordData>, action: string): Promise<RecordData> {
    const collection = this.#context.core.catalog.get(SUPERUSERS);
    return saveNoted(this.#context, { collection, record, noted: { by: commandLine(), action } });
  }

  async list(): Promise<RecordData[]> {
    const all = await this.#records.find(SUPERUSERS, { sort: 'created' });
    return all.filter(({ email }) => email !== INSTALLER_EMAIL);
  }

  async installerToken(): Promise<string | undefined> {
    if ((await this.list()).length > 0) return undefined;
    const installer =
      (await this.#find(INSTALLER_EMAIL)) ??
      (await this.#records.save(SUPERUSERS, { email: INSTALLER_EMAIL, password: randomText(30) }));
    const collection = this.#context.core.catalog.get(SUPERUSERS);
    return this.#tokens.issue(collection, installer, {
      duration: INSTALLER_SECONDS,
      refreshable: false,
    });
  }

  async createOtp(email: string): ReturnType<Superusers['createOtp']> {
    const known = await this.#find(email);
    if (!known) throw new AppError('not_found', `There is no superuser ${email}.`);
    const collection = this.#context.core.catalog.get(SUPERUSERS);
    const { enabled, duration } = factorSettings(collection, 'otp');
    if (!enabled) {
      throw new AppError('invalid', 'One-time passwords are not enabled for superusers.');
    }
    const password = randomText(otpLength(collection), DIGITS);
    const owner = { collectionRef: collection.id, recordRef: known.id };
    const { id } = await this.#records.save('_otps', { ...owner, password });
    const note = { action: 'otp.create', collection: SUPERUSERS, record: known.id };
    await this.#records.commit((tx) => tx.audit(commandLine(), note));
    return { otpId: id, password, seconds: duration };
  }

  async tell({ subject, lines }: { subject: string; lines: readonly string[] }): Promise<void> {
    const html = lines.map((line) => `<p>${escapeHtml(line)}</p>`).join('\n');
    for (const { email } of await this.list()) {
      this.#mail.tellLater(textOf(email), { subject, html });
    }
  }

  async #find(email: string): Promise<RecordData | undefined> {
    const options = { filter: 'email = {:email}', params: { email }, limit: 1 };
    const [record] = await this.#records.find(SUPERUSERS, options);
    return record;
  }
}
