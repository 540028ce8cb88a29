export interface MailAddress {
  address: string;
  name?: string;
}

export interface Mail {
  from: MailAddress;
  to: readonly MailAddress[];
  subject: string;
  html: string;
  /** default: made of `html` */
  text?: string;
}

export const SMTP_AUTH_METHODS = ['PLAIN', 'LOGIN'] as const;
export type SmtpAuthMethod = (typeof SMTP_AUTH_METHODS)[number];

export interface SmtpServer {
  host: string;
  port: number;
  /** encrypted from the first byte; otherwise STARTTLS where the server offers it */
  tls: boolean;
  /** '': no sign-in */
  username: string;
  password: string;
  authMethod: SmtpAuthMethod;
  /** how we call ourselves in EHLO; '': localhost */
  localName: string;
}

export interface SendOptions {
  /** absent: the machine's own `sendmail` */
  server?: SmtpServer | undefined;
  /** tries in all; waits grow between them. Default 1. A refusal for good is not tried again */
  attempts?: number;
  signal?: AbortSignal;
}

/**
 * Hands mail to a server. Every failure is logged, with the host and without content. Errors: `unavailable` (not
 * reached, or it refused), `invalid` (an address nobody could deliver to), `rate_limited` (too many waiting).
 */
export interface Mailer {
  /** Resolves when the server has taken the mail. */
  send(mail: Mail, options?: SendOptions): Promise<void>;
  /** Sends what the last process did not get to; `send` is asked for each. Resolves when that has begun. */
  resume(send: () => SendOptions): Promise<void>;
  /** Ends the waits for another try, and closes connections. */
  close(): void;
}
