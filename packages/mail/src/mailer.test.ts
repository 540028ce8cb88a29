import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Logger, Mail } from '@davit/domain';
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import type { SMTPServerOptions } from 'smtp-server';
import { createFolderOutbox, createMailer } from './index.ts';
import { ManualClock } from '@davit/domain/manual-clock';
import { startSmtp } from './smtp.fixture.ts';
import type { TestSmtp } from './smtp.fixture.ts';

const MAIL: Mail = {
  from: { name: 'Davit', address: 'davit@example.com' },
  to: [{ address: 'ann@example.com' }],
  subject: 'Grüezi',
  html: '<p>Hello <strong>Ann</strong></p><p><a href="http://x.example/t">Verify</a></p>',
};

let log: [string, string, unknown][];
const logger: Logger = {
  log: (level, message, fields) => void log.push([level, message, fields]),
  with: () => logger,
};
let smtp: TestSmtp;

beforeEach(async () => {
  log = [];
  smtp = await startSmtp();
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await smtp[Symbol.asyncDispose]();
});

const onAuth: NonNullable<SMTPServerOptions['onAuth']> = (login, _session, done) => {
  const ok = login.username === 'ann' && login.password === 'secret';
  if (ok) done(null, { user: `ann by ${login.method}` });
  else done(new Error('no'));
};

test('sends HTML with the same words as text', async () => {
  const { server } = smtp;
  await createMailer({ logger }).send(MAIL, { server });
  const [mail] = smtp.received;
  expect(mail).toMatchObject({ from: 'davit@example.com', to: ['ann@example.com'] });
  expect(mail?.content).toContain('From: Davit <davit@example.com>');
  expect(mail?.content).toContain('Subject: =?UTF-8?Q?Gr=C3=BCezi?=');
  expect(mail?.content).toMatch(/Hello Ann[\s\S]*Verify \(http:\/\/x.example\/t\)/);
  expect(mail?.content).toContain('<strong>Ann</strong>');
  expect(log).toEqual([]);
});

test.each(['PLAIN', 'LOGIN'] as const)('signs in with %s after STARTTLS', async (authMethod) => {
  vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0'); // the server's certificate is its own
  await using guarded = await startSmtp({ disabledCommands: [], authOptional: false, onAuth });
  const server = { ...guarded.server, username: 'ann', password: 'secret', authMethod };
  await createMailer({ logger }).send(MAIL, { server });
  expect(guarded.received[0]).toMatchObject({ user: `ann by ${authMethod}`, secure: true });
});

test('does not try wrong credentials again', async () => {
  await using guarded = await startSmtp({ authOptional: false, onAuth });
  const server = { ...guarded.server, username: 'ann', password: 'wrong' };
  await expect(createMailer({ logger }).send(MAIL, { server, attempts: 3 })).rejects.toMatchObject({
    code: 'unavailable',
  });
  expect(log).toMatchObject([['error', 'a mail was not sent', { tried: 1 }]]);
  expect(JSON.stringify(log)).not.toContain('wrong');
});

test('speaks TLS from the first byte where it is told to', async () => {
  vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
  await using secure = await startSmtp({ secure: true });
  await createMailer({ logger }).send(MAIL, { server: { ...secure.server, tls: true } });
  expect(secure.received[0]?.secure).toBe(true);
});

test('does not trust a certificate nobody vouches for', async () => {
  await using secure = await startSmtp({ secure: true });
  const server = { ...secure.server, tls: true };
  await expect(createMailer({ logger }).send(MAIL, { server })).rejects.toMatchObject({
    code: 'unavailable',
  });
});

test('says in the log that a mail was not sent, without its content', async () => {
  smtp.refusals.push({ message: 'no such mailbox', responseCode: 550 });
  const { server } = smtp;
  await expect(createMailer({ logger }).send(MAIL, { server, attempts: 3 })).rejects.toMatchObject({
    code: 'unavailable',
  });
  expect(log).toMatchObject([['error', 'a mail was not sent', { tried: 1 }]]);
  expect(JSON.stringify(log)).toContain('no such mailbox');
  expect(JSON.stringify(log)).not.toContain('Hello');
});

test('tries again what was refused for now', async () => {
  const clock = new ManualClock();
  smtp.refusals.push(
    { message: 'busy', responseCode: 451 },
    { message: 'busy', responseCode: 451 },
  );
  const sent = createMailer({ logger, clock }).send(MAIL, { server: smtp.server, attempts: 3 });
  await vi.waitFor(() => expect(clock.waiting).toBe(1), { timeout: 10_000 });
  clock.advance(2000);
  await vi.waitFor(() => expect(clock.waiting).toBe(1), { timeout: 10_000 });
  clock.advance(10_000);
  await sent;
  expect(smtp.received).toHaveLength(1);
  expect(log.map(([level]) => level)).toEqual(['warn', 'warn']);
});

test('gives up waiting when it is closed', async () => {
  const clock = new ManualClock();
  const mailer = createMailer({ logger, clock });
  smtp.refusals.push({ message: 'busy', responseCode: 451 });
  const sent = mailer.send(MAIL, { server: smtp.server, attempts: 5 });
  await vi.waitFor(() => expect(clock.waiting).toBe(1), { timeout: 10_000 });
  mailer.close();
  await expect(sent).rejects.toMatchObject({ code: 'unavailable' });
});

test('refuses more than may wait', async () => {
  const mailer = createMailer({ logger, maxPending: 1 });
  const first = mailer.send(MAIL, { server: smtp.server });
  await expect(mailer.send(MAIL, { server: smtp.server })).rejects.toMatchObject({
    code: 'rate_limited',
  });
  await first;
});

test('hands mail to sendmail where no server is given', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'davit-mail-'));
  const path = join(folder, 'sendmail');
  await writeFile(path, `#!/bin/sh\necho "$@" > ${folder}/args\ncat > ${folder}/mail\n`);
  await chmod(path, 0o755);
  await createMailer({ logger, sendmail: [path] }).send(MAIL);
  expect(await readFile(join(folder, 'args'), 'utf8')).toContain('ann@example.com');
  expect(await readFile(join(folder, 'mail'), 'utf8')).toContain('Hello Ann');
  await rm(folder, { recursive: true });
  await expect(createMailer({ logger, sendmail: [path] }).send(MAIL)).rejects.toMatchObject({
    code: 'unavailable',
  });
});

async function outboxFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'davit-outbox-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return join(folder, 'outbox');
}

test('what waits for another try is sent by the next process', async () => {
  const folder = await outboxFolder();
  const { server } = smtp;
  smtp.refusals.push({ message: 'greylisted, come back later', responseCode: 450 });
  const first = createMailer({ logger, outbox: createFolderOutbox(folder) });
  const sending = first.send(MAIL, { server, attempts: 3 });
  await vi.waitFor(() => expect(log).toMatchObject([['warn', 'a mail will be tried again', {}]]), {
    timeout: 10_000,
  });
  const [name = ''] = await readdir(folder);
  expect((await stat(join(folder, name))).mode & 0o777).toBe(0o600);
  first.close();
  await expect(sending).rejects.toMatchObject({ code: 'unavailable' });
  expect(log.at(-1)).toMatchObject(['info', 'a mail waits for the next start', {}]);

  const second = createMailer({ logger, outbox: createFolderOutbox(folder) });
  await second.resume(() => ({ server, attempts: 3 }));
  await vi.waitFor(() => expect(smtp.received).toHaveLength(1), { timeout: 10_000 });
  await vi.waitFor(async () => expect(await readdir(folder)).toEqual([]), { timeout: 10_000 });
});

test('a server that is away for days: the mail is given up, in the log', async () => {
  const folder = await outboxFolder();
  const outbox = createFolderOutbox(folder);
  await outbox.keep({ mail: MAIL, since: Date.now() - 25 * 3_600_000 });
  await createMailer({ logger, outbox }).resume(() => ({ server: smtp.server }));
  const given = { reason: 'it waited too long', subject: 'Grüezi' };
  expect(log).toMatchObject([['error', 'a mail was not sent', given]]);
  expect(await readdir(folder)).toEqual([]);
  expect(smtp.received).toEqual([]);
});

test('a server that refuses for good: nothing is kept, the log says so', async () => {
  const folder = await outboxFolder();
  smtp.refusals.push({ message: 'no such mailbox', responseCode: 550 });
  const mailer = createMailer({ logger, outbox: createFolderOutbox(folder) });
  await expect(mailer.send(MAIL, { server: smtp.server, attempts: 3 })).rejects.toMatchObject({
    code: 'unavailable',
  });
  expect(log).toMatchObject([['error', 'a mail was not sent', { tried: 1 }]]);
  expect(await readdir(folder)).toEqual([]);
});
