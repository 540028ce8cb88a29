import { AppError, type Collection, type Json } from '@davit/domain';
import type { RecordData } from '../record.ts';
import type { RequestInfo } from '../request.ts';
import { schemaOf } from '../schema.ts';
import { authCollection } from './auth-collection.ts';
import { checkForm, emailAddress, lengthBetween, readText } from './auth-form.ts';
import { passwordAuth } from './auth-options.ts';
import type { AuthServices } from './auth-services.ts';
import { Cooldown } from './cooldown.ts';
import { findByEmail } from './find-account.ts';
import { checkFlowToken } from './flow-token.ts';
import type { PasswordResetFlow } from './flows.ts';
import { RESEND_MS } from './resend.ts';
import { storeAccount } from './store-account.ts';

const MAX_PASSWORD = 255;

/** Whoever reads the account's mail sets a new password. */
export class PasswordReset implements PasswordResetFlow {
  readonly #services: AuthServices;
  readonly #resend: Cooldown;

  constructor(services: AuthServices) {
    this.#services = services;
    this.#resend = new Cooldown(services.context.core.clock, RESEND_MS);
  }

  async request(idOrName: string, body: Json, request: RequestInfo): Promise<void> {
    const { context } = this.#services;
    const collection = authCollection(context.core, idOrName);
    if (!passwordAuth(collection).enabled) {
      const message = 'The collection is not configured to allow password authentication.';
      throw new AppError('invalid', message);
    }
    const form = readText(body, ['email']);
    await checkForm(form, { email: emailAddress });
    const record = await findByEmail(context, collection, form.email);
    if (record === undefined || this.#resend.has(record.id)) return;
    const chain = context.core.chains.onRecordRequestPasswordResetRequest;
    const event = { collection, request, record };
    await chain.run(event, schemaOf(collection).tags, (chained) =>
      this.#mail(collection, chained.record),
    );
  }

  #mail(collection: Collection, record: RecordData): void {
    const token = this.#services.tokens.issue(collection, record, { type: 'passwordReset' });
    this.#resend.start(record.id);
    this.#services.mail.sendLater(
      { kind: 'passwordReset', collection, record, values: { TOKEN: token }, meta: { token } },
      { failed: () => this.#resend.end(record.id) },
    );
  }

  async confirm(idOrName: string, body: Json, request: RequestInfo): Promise<void> {
    const { context, tokens } = this.#services;
    const collection = authCollection(context.core, idOrName);
    const form = readText(body, ['token', 'password', 'passwordConfirm']);
    let record: RecordData | undefined;
    await checkForm(form, {
      token: [
        async (token) => {
          const wanted = { type: 'passwordReset', collection } as const;
          const checked = await checkFlowToken(tokens, token, wanted);
          if (checked.error === undefined) record = checked.record;
          return checked.error;
        },
      ],
      password: [lengthBetween(minimumLength(collection), MAX_PASSWORD)],
      passwordConfirm: [
        (value) =>
          value === form.password
            ? undefined
            : { code: 'validation_values_mismatch', message: "Values don't match." },
      ],
    });
    if (record === undefined) return;
    const account = { collection, record, request };
    await this.#reset(account, form.password, tokens.peek(form.token)?.email);
  }

  async #reset(
    account: { collection: Collection; record: RecordData; request: RequestInfo },
    password: string,
    mailedTo: string | undefined,
  ): Promise<void> {
    const { context } = this.#services;
    const { collection, record: before, request } = account;
    const chain = context.core.chains.onRecordConfirmPasswordResetRequest;
    const event = { ...account, record: { ...before } };
    await chain.run(event, schemaOf(collection).tags, async ({ record: after }) => {
      const isProven = before.verified !== true && mailedTo === before.email;
      const change = { password, ...(isProven && { verified: true }) };
      const action = 'account.resetPassword';
      const stored = { collection, before, after, change, action, request };
      await storeAccount(context, stored, 'Failed to set new password.');
      this.#resend.end(before.id);
    });
  }
}

function minimumLength({ fields }: Collection): number {
  const min = fields.find(({ name }) => name === 'password')?.min;
  return typeof min === 'number' && min > 0 ? min : 1;
}
