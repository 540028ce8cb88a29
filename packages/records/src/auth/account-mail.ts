import { AppError } from '@davit/domain';
import type {
  Collection,
  Json,
  JsonObject,
  Mail,
  Mailer,
  SendOptions,
  SmtpServer,
} from '@davit/domain';
import type { Core } from '../core.ts';
import type { HookChains } from '../hooks/hooks.ts';
import type { RecordData } from '../record.ts';
import { schemaOf } from '../schema.ts';
import { parseMailSettings } from './mail-settings.ts';
import { fillTemplate, type MailTemplate } from './mail-template.ts';
import { textOf } from './text-of.ts';

/** Tries of a mail nobody waits for: about an hour and a half, long enough for servers that first refuse everybody. */
const BACKGROUND_ATTEMPTS = 7;

interface Kind {
  /** of the collection's options, section by section */
  template: readonly string[];
  chain: Extract<keyof HookChains, `onMailerRecord${string}`>;
}

export type MailKind = 'passwordReset' | 'verification' | 'emailChange' | 'otp' | 'authAlert';

const KINDS: Record<MailKind, Kind> = {
  passwordReset: {
    template: ['resetPasswordTemplate'],
    chain: 'onMailerRecordPasswordResetSend',
  },
  verification: { template: ['verificationTemplate'], chain: 'onMailerRecordVerificationSend' },
  emailChange: {
    template: ['confirmEmailChangeTemplate'],
    chain: 'onMailerRecordEmailChangeSend',
  },
  otp: { template: ['otp', 'emailTemplate'], chain: 'onMailerRecordOTPSend' },
  authAlert: { template: ['authAlert', 'emailTemplate'], chain: 'onMailerRecordAuthAlertSend' },
};

export interface Letter {
  kind: MailKind;
  collection: Collection;
  record: RecordData;
  /** default: the account's */
  to?: string;
  /** for the template: `{TOKEN}` and the like */
  values: Readonly<Record<string, string>>;
  /** for hooks */
  meta: Record<string, string>;
}

export interface AccountMailOptions {
  core: Core;
  /** absent: mail fails */
  mailer: Mailer | undefined;
  /** PocketBase's settings, as they are now */
  settings: () => unknown;
}

/** Mail to accounts: templates, hooks, and the way out. */
export class AccountMail {
  readonly #core: Core;
  readonly #mailer: Mailer | undefined;
  readonly #settings: () => unknown;

  constructor({ core, mailer, settings }: AccountMailOptions) {
    this.#core = core;
    this.#mailer = mailer;
    this.#settings = settings;
  }

  /** Resolves with the addresses once the server has taken it. Errors: as `Mailer.send`. */
  async send(letter: Letter, attempts = 1): Promise<readonly string[]> {
    const settings = parseMailSettings(await this.#settings());
    const { kind, collection, record, meta } = letter;
    const { appName, appURL } = settings;
    const { subject, html } = fillTemplate(templateOf(collection, kind), letter, {
      APP_NAME: appName,
      APP_URL: appURL,
      ...letter.values,
    });
    const address = letter.to ?? textOf(record.email);
    const mail: Mail = { from: settings.from, to: [{ address }], subject, html };
    const event = { collection, record, mail, meta };
    let sent: readonly string[] = [];
    const chain = this.#core.chains[KINDS[kind].chain];
    await chain.run(event, schemaOf(collection).tags, async (chained) => {
      sent = await this.#deliver(chained.mail, settings.server, attempts);
    });
    return sent;
  }

  /** The same, tried several times while nobody waits. `done` runs when it is sent, `failed` when it is not. */
  sendLater(
    letter: Letter,
    { done, failed }: { done?: (to: readonly string[]) => unknown; failed?: () => unknown } = {},
  ): void {
    const work = this.send(letter, BACKGROUND_ATTEMPTS).then(done, async (error: unknown) => {
      const fields = { kind: letter.kind, record: letter.record.id, error: String(error) };
      this.#core.logger.log('error', 'a mail to an account was not sent', fields);
      await failed?.();
    });
    this.#track(
      work.catch((error: unknown) =>
        this.#core.logger.log('error', 'what follows a mail failed', { error: String(error) }),
      ),
    );
  }

  /** A text of the server's own, tried several times while nobody waits. */
  tellLater(address: string, { subject, html }: Pick<Mail, 'subject' | 'html'>): void {
    const settings = parseMailSettings(this.#settings());
    const mail: Mail = { from: settings.from, to: [{ address }], subject, html };
    this.#track(
      this.#deliver(mail, settings.server, BACKGROUND_ATTEMPTS).catch((error: unknown) => {
        const fields = { subject, error: String(error) };
        this.#core.logger.log('error', 'a mail to a superuser was not sent', fields);
      }),
    );
  }

  /** Sends what the last process did not get to. */
  async resume(): Promise<void> {
    const send = (): SendOptions => {
      const { server } = parseMailSettings(this.#settings());
      return { server, attempts: BACKGROUND_ATTEMPTS };
    };
    await this.#mailer?.resume(send).catch((error: unknown) => {
      this.#core.logger.log('error', 'waiting mail cannot be read', { error: String(error) });
    });
  }

  /** Ends the waits of what is tried again. */
  close(): void {
    this.#mailer?.close();
  }

  #track(work: Promise<unknown>): void {
    const tracked = work.then(() => void this.#core.background.delete(tracked));
    this.#core.background.add(tracked);
  }

  async #deliver(
    mail: Mail,
    server: SmtpServer | undefined,
    attempts: number,
  ): Promise<readonly string[]> {
    let sent: readonly string[] = [];
    await this.#core.chains.onMailerSend.run({ mail }, [], async (chained) => {
      if (this.#mailer === undefined) throw new AppError('unavailable', 'There is no mailer.');
      await this.#mailer.send(chained.mail, { server, attempts });
      sent = chained.mail.to.map(({ address }) => address);
    });
    return sent;
  }
}

function templateOf({ options }: Collection, kind: MailKind): MailTemplate {
  let section: JsonObject = options;
  for (const name of KINDS[kind].template) section = asObject(section[name]);
  const { subject, body } = section;
  return {
    subject: typeof subject === 'string' ? subject : '',
    body: typeof body === 'string' ? body : '',
  };
}

function asObject(value: Json | undefined): JsonObject {
  const isObject = value !== null && typeof value === 'object' && !Array.isArray(value);
  return isObject ? value : {};
}
