import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import PocketBase from 'pocketbase';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { NO_POCKETBASE } from './pocketbase-binary.ts';
import { openSmtpSink } from './smtp-sink.ts';
import type { SmtpSink } from './smtp-sink.ts';
import { withDavit, withPocketBase } from './taking-turns.ts';

const FIXTURE = new URL('../fixtures/pocketbase/data', import.meta.url);
const PASSWORD = '1234567890';
/** an account for each: a token of the one is worthless once another was used */
const UNVERIFIED = { id: 'o1y0dd0spd786md', email: 'test2@example.com' };
const FORGETFUL = { id: 'gk390qegs4y47wn', email: 'test@example.com' };
const MOVING = 'bgs820n361vj1qd';

let dir: string;
let sink: SmtpSink;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'davit-tokens-'));
  await cp(FIXTURE, dir, { recursive: true });
  sink = await openSmtpSink();
});
afterEach(async () => {
  await sink[Symbol.asyncDispose]();
  await rm(dir, { recursive: true, force: true });
});

interface Issued {
  auth: string;
  impersonation: string;
  file: string;
  verification: string;
  passwordReset: string;
  emailChange: string;
}

async function superuser(url: string): Promise<PocketBase> {
  const client = new PocketBase(url);
  client.autoCancellation(false);
  await client.collection('_superusers').authWithPassword('test@example.com', PASSWORD);
  return client;
}

function signedIn(url: string, token: string): PocketBase {
  const client = new PocketBase(url);
  client.authStore.save(token);
  return client;
}

async function mailed(what: string): Promise<string> {
  const link = new RegExp(`/_/#/auth/${what}/([\\w.-]+)`);
  return vi.waitFor(() => {
    const token = sink.mails.flatMap((mail) => link.exec(mail)?.[1] ?? []).at(-1);
    expect(token).toBeDefined();
    return token!;
  }, 10_000);
}

/** One of every kind, as people get them: by signing in, by asking, by mail. */
async function issue(url: string, newEmail: string): Promise<Issued> {
  const root = await superuser(url);
  await root.settings.update({ smtp: sink.settings });
  await root.collection('clients').update(UNVERIFIED.id, { verified: false });
  const clients = new PocketBase(url).collection('clients');
  const { token: auth } = await clients.authWithPassword(FORGETFUL.email, PASSWORD);
  await clients.requestVerification(UNVERIFIED.email);
  await clients.requestPasswordReset(FORGETFUL.email);
  const moving = await root.collection('users').impersonate(MOVING, 3600);
  await moving.collection('users').requestEmailChange(newEmail);
  return {
    auth,
    impersonation: moving.authStore.token,
    file: await root.files.getToken(),
    verification: await mailed('confirm-verification'),
    passwordReset: await mailed('confirm-password-reset'),
    emailChange: await mailed('confirm-email-change'),
  };
}

/** All of them do what they are for. */
async function use(url: string, issued: Issued, newEmail: string): Promise<void> {
  const root = await superuser(url);
  const refreshed = await signedIn(url, issued.auth).collection('clients').authRefresh();
  expect(refreshed.record.id).toBe(FORGETFUL.id);
  const acting = await signedIn(url, issued.impersonation).collection('users').authRefresh();
  expect([acting.record.id, acting.token]).toEqual([MOVING, issued.impersonation]);
  await root.backups.create('one.zip');
  const backup = await fetch(root.backups.getDownloadURL(issued.file, 'one.zip'));
  expect([backup.status, (await backup.bytes()).length > 1000]).toEqual([200, true]);
  await root.backups.delete('one.zip');
  await new PocketBase(url).collection('clients').confirmVerification(issued.verification);
  expect(await root.collection('clients').getOne(UNVERIFIED.id)).toMatchObject({ verified: true });
  const clients = new PocketBase(url).collection('clients');
  await clients.confirmPasswordReset(issued.passwordReset, PASSWORD, PASSWORD);
  await expect(signedIn(url, issued.auth).collection('clients').authRefresh()).rejects.toThrow();
  await new PocketBase(url).collection('users').confirmEmailChange(issued.emailChange, PASSWORD);
  expect(await root.collection('users').getOne(MOVING)).toMatchObject({ email: newEmail });
}

describe.skipIf(NO_POCKETBASE !== '')(
  `tokens on one directory${NO_POCKETBASE && `: ${NO_POCKETBASE}`}`,
  () => {
    test("Davit's do at PocketBase what they are for", async () => {
      const issued = await withDavit(dir, (url) => issue(url, 'one@example.com'));
      await withPocketBase(dir, (url) => use(url, issued, 'one@example.com'));
    });

    test("PocketBase's do at Davit what they are for", async () => {
      const issued = await withPocketBase(dir, (url) => issue(url, 'two@example.com'));
      await withDavit(dir, (url) => use(url, issued, 'two@example.com'));
    });
  },
);
