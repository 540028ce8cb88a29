import { has } from '@davit/testkit';
import type { Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { PASSWORD } from '../api/server.ts';
import { authWorld, CODE } from './auth-world.ts';
import type { AuthWorld } from './auth-world.ts';
import { agree, decline } from './identity-provider.ts';
import { findingsOf, hasFocus } from './page-quality.ts';
import type { Visit } from './visit.ts';

describe.runIf(has('chromium'))('signing in', () => {
  let world: AuthWorld;
  let there: Visit;
  let page: Page;
  beforeAll(async () => {
    world = await authWorld();
    const oauth2 = { enabled: true, providers: [world.provider.config] };
    await world.configure({ otp: { enabled: true }, oauth2 });
  });
  afterAll(() => world?.[Symbol.asyncDispose]());
  beforeEach(async () => {
    there = await world.visit();
    ({ page } = there);
    await page.goto('/_/');
  });
  afterEach(() => there.context.close());

  const button = (name: string): Locator => page.getByRole('button', { name, exact: true });
  const inside = (): Promise<void> => page.waitForURL('**/_/projects');
  const heading = (name: string): Promise<void> =>
    page.getByRole('heading', { level: 1, name }).waitFor();
  async function withPassword(email: string, password = PASSWORD): Promise<void> {
    await page.getByLabel('Email').fill(email);
    await page.getByLabel('Password').fill(password);
    await page.keyboard.press('Enter');
  }
  const askCode = (): Promise<string> =>
    world.mailed(CODE, async () => {
      await button('Email me a code').click();
      await heading('Enter the code');
    });
  async function enterCode(code: string): Promise<void> {
    await page.getByLabel('Code').fill(code);
    await page.keyboard.press('Enter');
  }
  async function openProvider(): Promise<Page> {
    const opening = page.waitForEvent('popup');
    await button('Continue with Loopback').click();
    return opening;
  }

  test('takes a password, and goes where one wanted to go', async () => {
    await page.goto('/_/projects?search=x');
    await withPassword('user@example.com');
    await page.waitForURL('**/_/projects?search=x');
  });

  test('keeps what was typed when it was for the other kind of account', async () => {
    await withPassword('root@example.com');
    await page.getByText('No user has this name and password.').waitFor();
    await button('Sign in as superuser').click();
    await page.getByText('As superuser of this server.').waitFor();
    await button('Sign in as superuser').click();
    await inside();
    // the next time it begins with superusers
    await button('Account of root@example.com').click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByText('As superuser of this server.').waitFor();
  });

  test('takes a code from the inbox, says when it is wrong, and sends another', async () => {
    // before the page begins: what it waits for when the clocks are changed would never come
    await page.clock.install();
    await page.goto('/_/');
    await button('Email me a code').click();
    await expect.poll(() => hasFocus(page.getByLabel('Email'))).toBe(true);
    await page.getByLabel('Email').fill('user@example.com');
    await askCode();
    await enterCode('00000000');
    await page.getByText('This code is wrong or has expired.').waitFor();
    expect(await findingsOf(page)).toEqual([]);
    const again = page.getByRole('button', { name: /^Send a new code/ });
    await expect.poll(() => again.isDisabled()).toBe(true);
    await page.clock.fastForward(31_000);
    const code = await world.mailed(CODE, () => again.click());
    await enterCode(` ${code.slice(0, 4)} ${code.slice(4)} `);
    await inside();
  });

  test('lets a provider say who one is', async () => {
    const popup = await openProvider();
    await heading('Continue at Loopback');
    const closed = popup.waitForEvent('close');
    await agree(popup, 'user');
    await Promise.all([inside(), closed]);
    await page.getByRole('button', { name: 'Account of user@example.com' }).waitFor();
  });

  test('says when somebody does not agree there, and lets them change their mind', async () => {
    const declined = await openProvider();
    const gone = declined.waitForEvent('close');
    await decline(declined);
    await page.getByText('You did not agree at Loopback.').waitFor();
    await gone;
    const left = await openProvider();
    await left.locator('[name=login]').waitFor();
    const closed = left.waitForEvent('close');
    await button('Cancel').click();
    await closed;
    await heading('Sign in');
    expect(await page.getByRole('alert').count()).toBe(0);
  });

  test('says when a provider knows somebody whom this server does not', async () => {
    await agree(await openProvider(), 'stranger');
    await page.getByText(/There is no account here for you at Loopback yet/).waitFor();
  });

  test('sends a confirmation link to who may not sign in before', async () => {
    const { id } = await world.root.collection('users').create({
      email: 'new@example.com',
      password: PASSWORD,
      passwordConfirm: PASSWORD,
    });
    await world.configure({ authRule: 'verified = true' });
    await withPassword('new@example.com');
    const send = button('Send a confirmation link');
    const path = await world.mailed(/(\/_\/#\/auth\/confirm-verification\/[\w.-]+)/, () =>
      send.click(),
    );
    await page.goto(path);
    await heading('Your email address is confirmed');
    await page.getByRole('link', { name: 'Sign in' }).click();
    await withPassword('new@example.com');
    await inside();
    await world.configure({ authRule: '' });
    await world.root.collection('users').delete(id);
  });

  describe('with a second factor', () => {
    beforeAll(() => world.configure({ mfa: { enabled: true } }));
    afterAll(() => world.configure({ mfa: { enabled: false } }));

    test('asks for a code after the password', async () => {
      await withPassword('user@example.com');
      await heading('One more step');
      expect(await page.getByLabel('Password').count()).toBe(0);
      await enterCode(await askCode());
      await inside();
    });

    test('asks for the password after the code', async () => {
      await page.getByLabel('Email').fill('other@example.com');
      await enterCode(await askCode());
      await heading('One more step');
      await page.getByLabel('Password').fill(PASSWORD);
      await button('Sign in').click();
      await inside();
    });

    test('asks for a code after the provider', async () => {
      await agree(await openProvider(), 'user');
      await heading('One more step');
      await page.getByLabel('Email').fill('user@example.com');
      await enterCode(await askCode());
      await inside();
    });

    test('takes the provider as second, too', async () => {
      await withPassword('user@example.com');
      await heading('One more step');
      await agree(await openProvider(), 'user');
      await inside();
    });

    test('begins again when that took too long', async () => {
      await withPassword('other@example.com');
      await heading('One more step');
      const code = await askCode();
      for (const { id } of await world.root.collection('_mfas').getFullList())
        await world.root.collection('_mfas').delete(id);
      await enterCode(code);
      await page.getByText('That took too long.').waitFor();
      await heading('Sign in');
    });
  });

  test('sends superusers with two factors their code by itself', async () => {
    await world.configure({ otp: { enabled: true }, mfa: { enabled: true } }, '_superusers');
    await page.goto('/_/#/login');
    await page.getByText('As superuser of this server.').waitFor();
    const code = await world.mailed(CODE, () => withPassword('root@example.com'));
    await enterCode(code);
    await inside();
    await page.getByRole('button', { name: 'Account of root@example.com' }).click();
    await page.getByText('Superuser', { exact: true }).waitFor();
    await world.configure({ otp: { enabled: false }, mfa: { enabled: false } }, '_superusers');
  });
});
