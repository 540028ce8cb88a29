import { AppError, type Collection, type FieldError, type Json } from '@davit/domain';
import type { RecordData } from '../record.ts';
import type { RequestInfo } from '../request.ts';
import { schemaOf } from '../schema.ts';
import { SUPERUSERS } from '../write/auth-effects.ts';
import { authCollection } from './auth-collection.ts';
import { checkForm, emailAddress, lengthBetween, readText } from './auth-form.ts';
import type { AuthServices } from './auth-services.ts';
import { findByEmail } from './find-account.ts';
import { checkFlowToken } from './flow-token.ts';
import type { EmailChangeFlow } from './flows.ts';
import { requireSameCollection } from './same-collection.ts';
import { storeAccount } from './store-account.ts';

const MAX_PASSWORD = 100;
const NO_PASSWORD: FieldError = {
  code: 'validation_invalid_password',
  message: 'Missing or invalid auth record password.',
};

interface Change {
  record: RecordData;
  newEmail: string;
}

/** An account moves to another address, which its owner reads. */
export class EmailChange implements EmailChangeFlow {
  readonly #services: AuthServices;

  constructor(services: AuthServices) {
    this.#services = services;
  }

  async request(idOrName: string, body: Json, request: RequestInfo): Promise<void> {
    const { context } = this.#services;
    const { record } = requireSameCollection(context.core, idOrName, request);
    const collection = this.#collection(idOrName);
    const form = readText(body, ['newEmail']);
    await checkForm(form, {
      newEmail: [
        ...emailAddress,
        (value) =>
          value === record.email
            ? { code: 'validation_not_in_invalid', message: 'Must not be in list.' }
            : undefined,
        async (value) => {
          const owner = await findByEmail(context, collection, value);
          if (owner === undefined || owner.id === record.id) return undefined;
          return { code: 'validation_invalid_new_email', message: 'Invalid new email address.' };
        },
      ],
    });
    const chain = context.core.chains.onRecordRequestEmailChangeRequest;
    const event = { collection, request, record, newEmail: form.newEmail };
    await chain.run(event, schemaOf(collection).tags, (chained) => this.#mail(chained));
  }

  async #mail(change: Change & { collection: Collection }): Promise<void> {
    const { collection, record, newEmail } = change;
    const token = this.#services.tokens.issue(collection, record, {
      type: 'emailChange',
      newEmail,
    });
    try {
      await this.#services.mail.send({
        kind: 'emailChange',
        collection,
        record,
        to: newEmail,
        values: { TOKEN: token },
        meta: { token, newEmail },
      });
    } catch (cause) {
      throw new AppError('invalid', 'Failed to request email change.', { cause });
    }
  }

  async confirm(idOrName: string, body: Json, request: RequestInfo): Promise<void> {
    const collection = this.#collection(idOrName);
    const { context } = this.#services;
    const form = readText(body, ['token', 'password']);
    const checked = form.token === '' ? undefined : await this.#checkToken(collection, form.token);
    const found = checked?.change;
    await checkForm(form, {
      token: [() => checked?.error],
      password: [
        lengthBetween(1, MAX_PASSWORD),
        async (password) => {
          const hash = typeof found?.record.password === 'string' ? found.record.password : '';
          return (await context.core.hasher.verify(password, hash)) ? undefined : NO_PASSWORD;
        },
      ],
    });
    if (found === undefined) return;
    const { record: before, newEmail } = found;
    const event = { collection, request, record: { ...before }, newEmail };
    const chain = context.core.chains.onRecordConfirmEmailChangeRequest;
    await chain.run(event, schemaOf(collection).tags, async (chained) => {
      const change = { email: chained.newEmail, verified: true };
      const action = 'account.changeEmail';
      const stored = { collection, before, after: chained.record, change, action, request };
      await storeAccount(context, stored, 'Failed to confirm email change.');
    });
  }

  async #checkToken(
    collection: Collection,
    token: string,
  ): Promise<{ change?: Change; error?: FieldError }> {
    const { context, tokens } = this.#services;
    const newEmail = tokens.peek(token)?.newEmail ?? '';
    if (newEmail === '') {
      return {
        error: {
          code: 'validation_invalid_token_payload',
          message: 'Invalid token payload - newEmail must be set.',
        },
      };
    }
    const checked = await checkFlowToken(tokens, token, { type: 'emailChange', collection });
    if (checked.error) return checked;
    if (await findByEmail(context, collection, newEmail)) {
      return {
        error: {
          code: 'validation_invalid_token_email',
          message: 'The new email address is invalid.',
        },
      };
    }
    return { change: { record: checked.record, newEmail } };
  }

  #collection(idOrName: string): Collection {
    const collection = authCollection(this.#services.context.core, idOrName);
    if (collection.name !== SUPERUSERS) return collection;
    throw new AppError('invalid', 'All superusers can change their emails directly.');
  }
}
