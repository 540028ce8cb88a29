export { createMailer } from './mailer.ts';
export type { MailerOptions } from './mailer.ts';
