export { createMailer } from './mailer.ts';
export type { MailerOptions } from './mailer.ts';
export { createFolderOutbox } from './outbox.ts';
export type { Outbox, WaitingMail } from './outbox.ts';
