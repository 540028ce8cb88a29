import type { AddressInfo } from 'node:net';
import type { SmtpServer } from '@davit/domain';
import { SMTPServer } from 'smtp-server';
import type { SMTPServerOptions } from 'smtp-server';

export interface ReceivedMail {
  from: string;
  to: string[];
  secure: boolean;
  user: unknown;
  content: string;
}

export interface TestSmtp extends AsyncDisposable {
  server: SmtpServer;
  received: ReceivedMail[];
  /** answers the next mails with these errors */
  refusals: { message: string; responseCode: number }[];
}

/** A real SMTP server on a free port; without STARTTLS, for which its certificate is no good, unless asked. */
export async function startSmtp(options: SMTPServerOptions = {}): Promise<TestSmtp> {
  const received: ReceivedMail[] = [];
  const refusals: TestSmtp['refusals'] = [];
  const smtp = new SMTPServer({
    authOptional: true,
    logger: false,
    allowInsecureAuth: true,
    disabledCommands: ['STARTTLS'],
    ...options,
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const refusal = refusals.shift();
        if (refusal) {
          done(Object.assign(new Error(refusal.message), { responseCode: refusal.responseCode }));
          return;
        }
        const { mailFrom, rcptTo } = session.envelope;
        received.push({
          from: mailFrom === false ? '' : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          secure: session.secure,
          user: session.user,
          content: Buffer.concat(chunks).toString('utf8'),
        });
        done();
      });
    },
  });
  await new Promise<void>((resolve) => smtp.listen(0, '127.0.0.1', resolve));
  smtp.on('error', () => undefined);
  const { port } = smtp.server.address() as AddressInfo;
  return {
    received,
    refusals,
    server: {
      host: '127.0.0.1',
      port,
      tls: false,
      username: '',
      password: '',
      authMethod: 'PLAIN',
      localName: '',
    },
    [Symbol.asyncDispose]: () => new Promise((resolve) => smtp.close(() => resolve())),
  };
}
