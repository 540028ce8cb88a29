import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';

/** A mail server that keeps what it is given. */
export interface SmtpSink extends AsyncDisposable {
  /** whole messages, headers first */
  readonly mails: readonly string[];
  /** the `smtp` part of PocketBase's settings */
  readonly settings: { enabled: boolean; host: string; port: number };
}

export async function openSmtpSink(): Promise<SmtpSink> {
  const mails: string[] = [];
  const server = new SMTPServer({
    authOptional: true,
    logger: false,
    disabledCommands: ['STARTTLS'], // its certificate is nobody's
    onData(stream, _session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        // as nodemailer wrote it: long lines are folded with `=` at their ends
        mails.push(Buffer.concat(chunks).toString('utf8').replaceAll('=\r\n', ''));
        done();
      });
    },
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.server.address() as AddressInfo;
  return {
    mails,
    settings: { enabled: true, host: '127.0.0.1', port },
    [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
