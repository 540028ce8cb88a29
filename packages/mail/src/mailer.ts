import { AppError } from '@davit/domain';
import type { Clock, Logger, Mail, MailAddress, Mailer, SendOptions } from '@davit/domain';
import type { Transporter } from 'nodemailer';
import { fromMailError, isFinal, reasonOf } from './error.ts';
import { plainText } from './plain-text.ts';
import { systemClock } from './system-clock.ts';
import { sendmailTransport, smtpTransport } from './transport.ts';

/** waits between tries */
const WAITS_MS = [2000, 10_000, 60_000, 300_000];
const MAX_PENDING = 1000;

export interface MailerOptions {
  logger: Logger;
  clock?: Clock;
  /** where to look for `sendmail` */
  sendmail?: readonly string[];
  /** mails under way or waiting for another try; one more is refused */
  maxPending?: number;
}

/** Mail that leaves the machine. Errors: see `Mailer`. */
export function createMailer(options: MailerOptions): Mailer {
  const { logger, clock = systemClock, maxPending = MAX_PENDING } = options;
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

  return {
    async send(mail, send = {}) {
      if (pending >= maxPending) {
        logger.log('error', 'a mail was not sent', { reason: 'too many are waiting' });
        throw new AppError('rate_limited', 'Too many mails are waiting.');
      }
      pending++;
      try {
        await deliverWithTries(mail, send);
      } finally {
        pending--;
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
