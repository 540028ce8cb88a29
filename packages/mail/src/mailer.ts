import { AppError } from '@davit/domain';
import type { Clock, Logger, Mail, MailAddress, Mailer, SendOptions } from '@davit/domain';
import type { Transporter } from 'nodemailer';
import type { Outbox } from './outbox.ts';
import { fromMailError, isFinal, reasonOf } from './error.ts';
import { plainText } from './plain-text.ts';
import { systemClock } from './system-clock.ts';
import { sendmailTransport, smtpTransport } from './transport.ts';

/** waits between tries */
const WAITS_MS = [2000, 10_000, 60_000, 300_000, 900_000, 3_600_000];
const MAX_PENDING = 1000;
/** What waited longer than this while nobody sent it helps nobody any more. */
const TOO_OLD_MS = 24 * 3_600_000;

export interface MailerOptions {
  logger: Logger;
  clock?: Clock;
  /** where to look for `sendmail` */
  sendmail?: readonly string[];
  /** mails under way or waiting for another try; one more is refused */
  maxPending?: number;
  /** keeps what is tried more than once; absent: it ends with the process */
  outbox?: Outbox;
}

/** Mail that leaves the machine. Errors: see `Mailer`. */
export function createMailer(options: MailerOptions): Mailer {
  const { logger, clock = systemClock, maxPending = MAX_PENDING, outbox } = options;
  const closing = new AbortController();
  let pending = 0;

  const attempt = async (mail: Mail, { server }: SendOptions): Promise<void> => {
    const transport = server ? smtpTransport(server) : sendmailTransport(options.sendmail);
    try {
      await deliver(transport, mail);
    } finally {
      transport.close();
    }
  };

  const deliverWithTries = async (mail: Mail, send: SendOptions): Promise<void> => {
    const { attempts = 1, server } = send;
    const signal = anyOf(closing.signal, send.signal);
    const fields = { host: server?.host ?? 'sendmail', subject: mail.subject };
    for (let tried = 1; ; tried++) {
      try {
        await attempt(mail, send);
        return;
      } catch (error) {
        const isLast = tried >= attempts || isFinal(error) || signal.aborted;
        const level = isLast ? 'error' : 'warn';
        const message = isLast ? 'a mail was not sent' : 'a mail will be tried again';
        logger.log(level, message, { ...fields, tried, reason: reasonOf(error) });
        if (isLast) throw fromMailError(error);
      }
      await pause(clock, WAITS_MS[Math.min(tried, WAITS_MS.length) - 1] ?? 0, signal);
    }
  };

  /** Dropped once its fate is known; what is cut short by the end of the process stays. */
  const deliverKept = async (id: string, mail: Mail, send: SendOptions): Promise<void> => {
    try {
      await deliverWithTries(mail, send);
    } catch (error) {
      if (closing.signal.aborted) logger.log('info', 'a mail waits for the next start', { id });
      else await outbox?.drop(id);
      throw error;
    }
    await outbox?.drop(id);
  };

  const counted = async (work: () => Promise<void>): Promise<void> => {
    if (pending >= maxPending) {
      logger.log('error', 'a mail was not sent', { reason: 'too many are waiting' });
      throw new AppError('rate_limited', 'Too many mails are waiting.');
    }
    pending++;
    try {
      await work();
    } finally {
      pending--;
    }
  };

  return {
    send: (mail, send = {}) =>
      counted(async () => {
        if (outbox === undefined || (send.attempts ?? 1) < 2) return deliverWithTries(mail, send);
        const id = await outbox.keep({ mail, since: clock.now() });
        return deliverKept(id, mail, send);
      }),
    async resume(send) {
      for (const { id, mail, since } of (await outbox?.list()) ?? []) {
        if (clock.now() - since > TOO_OLD_MS) {
          const fields = { subject: mail.subject, since: new Date(since).toISOString() };
          logger.log('error', 'a mail was not sent', { ...fields, reason: 'it waited too long' });
          await outbox?.drop(id);
          continue;
        }
        // its failure is logged where it happens
        void counted(() => deliverKept(id, mail, send())).catch(() => undefined);
      }
    },
    close: () => closing.abort(),
  };
}

async function deliver(transport: Transporter, mail: Mail): Promise<void> {
  await transport.sendMail({
    from: addressOf(mail.from),
    to: mail.to.map(addressOf),
    subject: mail.subject,
    html: mail.html,
    text: mail.text ?? plainText(mail.html),
  });
}

function addressOf({ name = '', address }: MailAddress): { name: string; address: string } {
  return { name, address };
}

function anyOf(own: AbortSignal, given: SendOptions['signal']): AbortSignal {
  return given ? AbortSignal.any([own, given]) : own;
}

async function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const stop = (): void => {
      cancel();
      reject(new AppError('unavailable', 'The mail was given up.'));
    };
    const cancel = clock.after(ms, () => {
      signal.removeEventListener('abort', stop);
      resolve();
    });
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
}
