import { has } from '@davit/testkit';
import PocketBase from 'pocketbase';
import type { Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { PASSWORD } from '../api/server.ts';
import { authWorld, link } from './auth-world.ts';
import type { AuthWorld } from './auth-world.ts';
import { linkToken } from './link-token.ts';
import { findingsOf, hasFocus } from './page-quality.ts';
import type { Visit } from './visit.ts';

const NEW = 'another-horse-2';

describe.runIf(has('chromium'))('links in mails', () => {
  let world: AuthWorld;
  let there: Visit;
  let page: Page;
  beforeAll(async () => {
    world = await authWorld();
  });
  afterAll(() => world?.[Symbol.asyncDispose]());
  beforeEach(async () => {
    there = await world.visit();
    ({ page } = there);
  });
  afterEach(() => there.context.close());

  const button = (name: string | RegExp): Locator => page.getByRole('button', { name });
  const heading = (name: string): Promise<void> =>
    page.getByRole('heading', { level: 1, name }).waitFor();
  async function askForPassword(from: string, email: string): Promise<string> {
    await page.goto(from);
    await page.getByRole('link', { name: 'Forgot password?' }).click();
    await heading('Forgot password'); // the page before has a field of the same name
    await page.getByLabel('Email').fill(email);
    const path = await world.mailed(link('confirm-password-reset'), () =>
      button('Send the link').click(),
    );
    await heading('Look into your inbox');
    await expect.poll(() => button(/^Send it again in/).isDisabled()).toBe(true);
    return path;
  }
  async function setPassword(password: string, repeated = password): Promise<void> {
    await page.getByLabel('New password').fill(password);
    await page.getByLabel('Repeat password').fill(repeated);
    await button('Set password').click();
  }

  test('set a new password, once', async () => {
    const path = await askForPassword('/_/', 'user@example.com');
    await page.goto(path);
    await page.getByText('For user@example.com.').waitFor();
    expect(page.url()).toMatch(/\/_\/confirm\/password-reset#/);
    await setPassword(NEW, 'something-else');
    await page.getByText('The passwords differ.').waitFor();
    await setPassword(NEW);
    await heading('Your password is changed');
    await there.shoot('password-changed-desk-light');
    await page.getByRole('link', { name: 'Sign in' }).click();
    await page.getByLabel('Email').fill('user@example.com');
    await page.getByLabel('Password').fill(NEW);
    await button('Sign in').first().click();
    await page.waitForURL('**/_/projects');

    await page.goto('about:blank');
    await page.goto(path);
    await setPassword('a-third-horse');
    await heading('This link does not work any more');
    await button('Send a new link').waitFor();
    expect(await findingsOf(page)).toEqual([]);
  });

  test('set a new password of superusers', async () => {
    await page.goto(await askForPassword('/_/#/login', 'root@example.com'));
    await setPassword(NEW);
    await page.getByRole('link', { name: 'Sign in' }).click();
    await page.getByText('As superuser of this server.').waitFor();
  });

  test('say which part is wrong in the words of the server', async () => {
    await world.server.server.records.save('users', {
      id: world.server.ids.other,
      verified: false,
    });
    const users = new PocketBase(world.server.url).collection('users');
    const path = await world.mailed(link('confirm-password-reset'), () =>
      users.requestPasswordReset('other@example.com'),
    );
    await page.goto(path);
    await setPassword('x'.repeat(80));
    await page.locator('[aria-invalid=true]').waitFor();
    await expect.poll(() => hasFocus(page.getByLabel('New password'))).toBe(true);
  });

  test('confirm an address; an old one explains itself and gets a new one', async () => {
    const { other: id } = world.server.ids;
    await world.server.server.records.save('users', { id, verified: false });
    const stale = linkToken('verification', { id, email: 'other@example.com', exp: 1 });
    await page.goto(`/_/#/auth/confirm-verification/${stale}`);
    await heading('This link does not work any more');
    const path = await world.mailed(link('confirm-verification'), () =>
      button('Send a new link').click(),
    );
    await page.getByText('a new link is on its way').waitFor();
    await page.goto(path);
    await heading('Your email address is confirmed');
    expect((await world.server.server.records.get('users', id))?.verified).toBe(true);
    for (const cut of ['cut.off.here', 'cut.off', 'cut']) {
      await page.goto('about:blank');
      await page.goto(`/_/#/auth/confirm-verification/${cut}`);
      await heading('This link is not complete');
    }
  });

  test('change an address when the password is right', async () => {
    const account = new PocketBase(world.server.url);
    await account.collection('users').authWithPassword('other@example.com', PASSWORD);
    const path = await world.mailed(link('confirm-email-change'), () =>
      account.collection('users').requestEmailChange('moved@example.com'),
    );
    await page.goto(path);
    await page.getByText('From other@example.com to moved@example.com.').waitFor();
    await page.getByLabel('Password').fill('wrong');
    await button('Change address').click();
    await page.locator('[aria-invalid=true]').waitFor();
    await page.getByLabel('Password').fill(PASSWORD);
    await button('Change address').click();
    await heading('Your email address is changed');
  });

  test('from providers that nobody waits for say so', async () => {
    await page.goto('/api/oauth2-redirect?state=nobody&code=c');
    await heading('You are not signed in');
    expect(page.url()).toMatch(/\/_\/oauth2\/failure$/);
  });
});
