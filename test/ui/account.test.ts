import { has } from '@davit/testkit';
import PocketBase from 'pocketbase';
import type { Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { PASSWORD } from '../api/server.ts';
import { authWorld, link } from './auth-world.ts';
import type { AuthWorld } from './auth-world.ts';
import { agree } from './identity-provider.ts';
import type { Visit } from './visit.ts';

const NEW = 'another-horse-2';

describe.runIf(has('chromium'))('the account', () => {
  let world: AuthWorld;
  let there: Visit;
  let page: Page;
  beforeAll(async () => {
    world = await authWorld();
    await world.configure({ oauth2: { enabled: true, providers: [world.provider.config] } });
  });
  afterAll(() => world?.[Symbol.asyncDispose]());
  beforeEach(async () => {
    there = await world.visit();
    ({ page } = there);
  });
  afterEach(() => there.context.close());

  const button = (name: string): Locator => page.getByRole('button', { name, exact: true }).last();
  const dialog = (): Locator => page.getByRole('dialog');
  async function signIn(email: string): Promise<void> {
    const as = email.startsWith('root') ? 'superuser' : 'user';
    const next = encodeURIComponent('/_/settings/account');
    await page.goto(`/_/login?as=${as}&next=${next}`);
    await page.getByLabel('Email').fill(email);
    await page.getByLabel('Password').fill(PASSWORD);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Account' }).waitFor();
  }
  async function wantEmail(email: string): Promise<void> {
    await page.getByLabel('New email address').fill(email);
    await page.keyboard.press('Enter');
  }
  /** somebody signed in elsewhere, and whether they still are */
  async function elsewhere(email: string): Promise<() => Promise<boolean>> {
    const client = new PocketBase(world.server.url);
    await client.collection('users').authWithPassword(email, PASSWORD);
    return () =>
      client
        .collection('users')
        .authRefresh()
        .then(() => true)
        .catch(() => false);
  }

  test('gets another address with a link, unless somebody has that', async () => {
    await signIn('other@example.com');
    await button('Change email').click();
    await wantEmail('user@example.com');
    await page.getByText('Another account has this address.').waitFor();
    await wantEmail('other@example.com');
    await page.getByText('This is your address already.').waitFor();
    const path = await world.mailed(link('confirm-email-change'), () =>
      wantEmail('moved@example.com'),
    );
    await page.getByText('A link is on its way to moved@example.com').waitFor();
    await page.reload();
    await page.getByText('A link is on its way to moved@example.com').waitFor();
    await page.goto(path);
    await page.getByLabel('Password').fill(PASSWORD);
    await button('Change address').click();
    await page.getByText('Your email address is changed').waitFor();
    await signIn('moved@example.com');
    await page.getByText('moved@example.com').first().waitFor();
    await expect.poll(() => page.getByText('A link is on its way').count()).toBe(0);
  });

  test('gets another password, which signs out elsewhere and not here', async () => {
    const still = await elsewhere('user@example.com');
    await signIn('user@example.com');
    await button('Change password').click();
    await page.getByLabel('Current password').fill('wrong-password');
    await page.getByLabel('New password').fill(NEW);
    await page.getByLabel('Repeat password').fill(NEW);
    await page.keyboard.press('Enter');
    await page.getByText('Missing or invalid old password.').waitFor();
    expect(await still()).toBe(true);
    await page.getByLabel('Current password').fill(PASSWORD);
    await page.keyboard.press('Enter');
    await page.getByText(/Your password is changed/).waitFor();
    await expect.poll(() => dialog().count()).toBe(0);
    expect(await still()).toBe(false);
    await page.reload();
    await page.getByRole('heading', { level: 1, name: 'Account' }).waitFor();
    await new PocketBase(world.server.url)
      .collection('users')
      .authWithPassword('user@example.com', NEW);
  });

  test('is linked with a provider, and unlinked', async () => {
    await world.root.collection('users').create({
      email: 'linked@example.com',
      password: PASSWORD,
      passwordConfirm: PASSWORD,
      verified: true,
    });
    await signIn('linked@example.com');
    const opening = page.waitForEvent('popup');
    await button('Link Loopback').click();
    await agree(await opening, 'linked');
    await button('Unlink Loopback').click();
    await dialog().getByRole('button', { name: 'Unlink', exact: true }).click();
    await button('Link Loopback').waitFor();
    expect(there.complaints()).toEqual([]);
  });

  test('is not linked with what signs in to somebody else', async () => {
    await signIn('linked@example.com');
    await world.root.collection('_externalAuths').create({
      collectionRef: '_pb_users_auth_',
      recordRef: world.server.ids.other,
      provider: 'oidc',
      providerId: 'taken',
    });
    const opening = page.waitForEvent('popup');
    await button('Link Loopback').click();
    await agree(await opening, 'taken');
    await page.getByText(/signs in to another account here/).waitFor();
    await page.reload();
    await page.getByText('linked@example.com').first().waitFor();
  });

  test('of a superuser gets its address at once', async () => {
    await signIn('root@example.com');
    await button('Change email').click();
    await wantEmail('chief@example.com');
    await page.getByText('As superuser of this server.').waitFor();
    await page.getByLabel('Email').fill('chief@example.com');
    await page.getByLabel('Password').fill(PASSWORD);
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Account of chief@example.com' }).waitFor();
  });
});
