import { AppError, type Collection, type FieldError, type Json } from '@davit/domain';
import type { RecordData } from '../record.ts';
import type { RequestInfo } from '../request.ts';
import { schemaOf } from '../schema.ts';
import { SUPERUSERS } from '../write/auth-effects.ts';
import { authCollection } from './auth-collection.ts';
import { checkForm, emailAddress, readText } from './auth-form.ts';
import { passwordAuth } from './auth-options.ts';
import type { AuthServices } from './auth-services.ts';
import { Cooldown } from './cooldown.ts';
import { findByEmail } from './find-account.ts';
import { checkFlowToken } from './flow-token.ts';
import type { VerificationFlow } from './flows.ts';
import { RESEND_MS } from './resend.ts';
import { randomPassword, storeAccount } from './store-account.ts';

/** Somebody proves to own the address of an account. */
export class Verification implements VerificationFlow {
  readonly #services: AuthServices;
  readonly #resend: Cooldown;

  constructor(services: AuthServices) {
    this.#services = services;
    this.#resend = new Cooldown(services.context.core.clock, RESEND_MS);
  }

  async request(idOrName: string, body: Json, request: RequestInfo): Promise<void> {
    const collection = this.#collection(idOrName);
    const form = readText(body, ['email']);
    await checkForm(form, { email: emailAddress });
    const { context } = this.#services;
    const record = await findByEmail(context, collection, form.email);
    if (record === undefined) return;
    if (record.verified !== true && this.#resend.has(record.id)) return;
    const { chains } = context.core;
    const event = { collection, request, record };
    await chains.onRecordRequestVerificationRequest.run(
      event,
      schemaOf(collection).tags,
      (chained) => {
        if (chained.record.verified !== true) this.#mail(collection, chained.record);
      },
    );
  }

  #mail(collection: Collection, record: RecordData): void {
    const token = this.#services.tokens.issue(collection, record, { type: 'verification' });
    this.#resend.start(record.id);
    this.#services.mail.sendLater(
      { kind: 'verification', collection, record, values: { TOKEN: token }, meta: { token } },
      { failed: () => this.#resend.end(record.id) },
    );
  }

  async confirm(idOrName: string, body: Json, request: RequestInfo): Promise<void> {
    const collection = this.#collection(idOrName);
    const form = readText(body, ['token']);
    let record: RecordData | undefined;
    await checkForm(form, {
      token: [
        async (token) => {
          const checked = await this.#checkToken(collection, token);
          record = checked.record;
          return checked.error;
        },
      ],
    });
    if (record === undefined) return;
    await this.#verify({ collection, record, request });
  }

  async #verify(account: {
    collection: Collection;
    record: RecordData;
    request: RequestInfo;
  }): Promise<void> {
    const { context } = this.#services;
    const { collection, record: before, request } = account;
    const chain = context.core.chains.onRecordConfirmVerificationRequest;
    const event = { ...account, record: { ...before } };
    await chain.run(event, schemaOf(collection).tags, async ({ record: after }) => {
      this.#resend.end(before.id);
      if (before.verified === true) return;
      const change = {
        verified: true,
        // whoever made the account cannot have known the password for a good purpose
        ...(!passwordAuth(collection).enabled && { password: randomPassword() }),
      };
      const message = 'An error occurred while saving the verified state.';
      const stored = { collection, before, after, change, action: 'account.verify', request };
      await storeAccount(context, stored, message);
    });
  }

  async #checkToken(
    collection: Collection,
    token: string,
  ): Promise<{ record?: RecordData; error?: FieldError | undefined }> {
    const email = this.#services.tokens.peek(token)?.email ?? '';
    if (email === '') {
      return {
        error: {
          code: 'validation_invalid_token_claims',
          message: 'Missing email token claim.',
        },
      };
    }
    const wanted = { type: 'verification', collection } as const;
    const checked = await checkFlowToken(this.#services.tokens, token, wanted);
    if (checked.error || checked.record.email === email) return checked;
    return {
      error: {
        code: 'validation_token_email_mismatch',
        message: "The record email doesn't match with the requested token claims.",
      },
    };
  }

  #collection(idOrName: string): Collection {
    const collection = authCollection(this.#services.context.core, idOrName);
    if (collection.name !== SUPERUSERS) return collection;
    throw new AppError('invalid', 'All superusers are verified by default.');
  }
}
