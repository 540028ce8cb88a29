import { accessSync, constants } from 'node:fs';
import { AppError } from '@davit/domain';
import type { SmtpServer } from '@davit/domain';
import { createTransport } from 'nodemailer';
import type { Transporter } from 'nodemailer';

const CONNECT_MS = 10_000;
const SILENCE_MS = 30_000;

const SENDMAIL = ['/usr/sbin/sendmail', '/usr/bin/sendmail', '/usr/lib/sendmail'];

/** One connection for each mail: mails are few, and a kept connection is one more thing that can be stale. */
export function smtpTransport(server: SmtpServer): Transporter {
  const { host, port, tls, username, password, authMethod, localName } = server;
  return createTransport({
    host,
    port,
    secure: tls,
    name: localName === '' ? 'localhost' : localName,
    connectionTimeout: CONNECT_MS,
    greetingTimeout: CONNECT_MS,
    socketTimeout: SILENCE_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
    ...(username !== '' && { authMethod, auth: { user: username, pass: password } }),
  });
}

/** Errors: `unavailable` where the machine has none. */
export function sendmailTransport(paths: readonly string[] = SENDMAIL): Transporter {
  const path = paths.find(isExecutable);
  if (path === undefined) {
    throw new AppError('unavailable', 'No mail server is configured and there is no sendmail.');
  }
  return createTransport({
    sendmail: true,
    path,
    newline: 'unix',
    disableFileAccess: true,
    disableUrlAccess: true,
  });
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
