import { has } from '@davit/testkit';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { PASSWORD } from '../api/server.ts';
import { authWorld, CODE } from './auth-world.ts';
import type { AuthWorld } from './auth-world.ts';
import { agree, identityProvider } from './identity-provider.ts';
import type { IdentityProvider } from './identity-provider.ts';
import { sdkPage } from './sdk-page.ts';
import type { SdkPage } from './sdk-page.ts';
import type { Visit } from './visit.ts';

/** The published SDK in the browser, on a page of another origin. */
describe.runIf(has('chromium'))('the PocketBase SDK in Chromium', () => {
  let world: AuthWorld;
  let app: SdkPage;
  /** sends the browser to the app itself, not to the server */
  let direct: IdentityProvider;
  let there: Visit;
  let page: Page;
  beforeAll(async () => {
    world = await authWorld();
    app = await sdkPage(world.server.url);
    direct = await identityProvider(app.url);
    const providers = [world.provider.config, { ...direct.config, name: 'oidc2' }];
    const oauth2 = { enabled: true, providers };
    await world.configure({ otp: { enabled: true }, oauth2 });
    await world.root.collections.create({
      name: 'notes',
      type: 'base',
      listRule: '',
      viewRule: '',
      createRule: '@request.auth.id != ""',
      updateRule: '@request.auth.id != ""',
      deleteRule: '@request.auth.id != ""',
      fields: [
        { name: 'text', type: 'text', required: true },
        { name: 'attachment', type: 'file', maxSelect: 1, maxSize: 100_000 },
      ],
    });
  });
  afterAll(async () => {
    await direct?.[Symbol.asyncDispose]();
    await app?.[Symbol.asyncDispose]();
    await world?.[Symbol.asyncDispose]();
  });
  beforeEach(async () => {
    there = await world.visit();
    ({ page } = there);
    await page.goto(app.url);
  });
  afterEach(() => there.context.close());

  const signedIn = (): Promise<string> =>
    page.evaluate(() => String(pb.authStore.record?.['email']));
  const requestCode = async (): Promise<{ otpId: string; code: string }> => {
    let otpId = '';
    const code = await world.mailed(CODE, async () => {
      const request = (): Promise<{ otpId: string }> =>
        pb.collection('users').requestOTP('user@example.com');
      ({ otpId } = await page.evaluate(request));
    });
    return { otpId, code };
  };
  const withPassword = (): Promise<unknown> =>
    page.evaluate(
      (password) => pb.collection('users').authWithPassword('user@example.com', password),
      PASSWORD,
    );

  test('signs in with a password and stays signed in', async () => {
    await withPassword();
    await page.reload();
    await page.evaluate(() => pb.collection('users').authRefresh());
    expect(await signedIn()).toBe('user@example.com');
  });

  test('signs in with a code', async () => {
    await page.evaluate(
      ({ otpId, code }) => pb.collection('users').authWithOTP(otpId, code),
      await requestCode(),
    );
    expect(await signedIn()).toBe('user@example.com');
  });

  test('signs in at a provider, in a window', async () => {
    const opening = page.waitForEvent('popup');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await agree(await opening, 'user');
    await page.waitForFunction(() => pb.authStore.isValid);
    expect(await signedIn()).toBe('user@example.com');
    expect(await page.evaluate(() => heard)).toEqual([]);
  });

  test('signs in at a provider that leads back to the app, with each code once', async () => {
    await page.getByRole('button', { name: 'Go to the provider' }).click();
    await agree(page, 'user');
    await page.waitForURL(`${app.url}?**code=**`);
    await page.waitForFunction(() => heard.length === 1);
    expect(await page.evaluate(() => heard)).toEqual(['user@example.com']);
    expect(await signedIn()).toBe('user@example.com');

    await page.reload();
    await page.waitForFunction(() => heard.length === 1);
    expect(await page.evaluate(() => heard)).toEqual([
      expect.stringMatching(/^ClientResponseError 400: /),
    ]);
  });

  test.each([
    ['verifier', { codeVerifier: 'v'.repeat(43) }],
    ['address', { redirectURL: 'https://evil.example/' }],
  ])('is refused with a code that belongs to another %s', async (_name, changed) => {
    await page.route('**/auth-with-oauth2', async (route) => {
      const body = route.request().postDataJSON() as object;
      await route.continue({ postData: { ...body, ...changed } });
    });
    await page.getByRole('button', { name: 'Go to the provider' }).click();
    await agree(page, 'user');
    await page.waitForURL(`${app.url}?**code=**`);
    await page.waitForFunction(() => heard.length === 1);
    expect(await page.evaluate(() => heard)).toEqual([
      expect.stringMatching(/^ClientResponseError 400: /),
    ]);
    expect(await page.evaluate(() => pb.authStore.isValid)).toBe(false);
  });

  test('signs in with two factors', async () => {
    await world.configure({ mfa: { enabled: true } });
    const mfaId = await page.evaluate(async (password) => {
      try {
        await pb.collection('users').authWithPassword('user@example.com', password);
      } catch (error) {
        return (error as { response: { mfaId: string } }).response.mfaId;
      }
      return '';
    }, PASSWORD);
    await page.evaluate(
      ({ otpId, code, mfaId }) => pb.collection('users').authWithOTP(otpId, code, { mfaId }),
      { ...(await requestCode()), mfaId },
    );
    expect(await signedIn()).toBe('user@example.com');
    await world.configure({ mfa: { enabled: false } });
  });

  test('hears of what others change', async () => {
    await page.evaluate(() =>
      pb
        .collection('notes')
        .subscribe('*', ({ action, record }) => heard.push(`${action} ${String(record['text'])}`)),
    );
    const notes = world.root.collection('notes');
    const { id } = await notes.create({ text: 'one' });
    await notes.update(id, { text: 'two' });
    await notes.delete(id);
    await page.waitForFunction(() => heard.length === 3);
    expect(await page.evaluate(() => heard)).toEqual(['create one', 'update two', 'delete two']);
    await page.evaluate(() => pb.realtime.unsubscribe());
  });

  test('writes, reads, filters and uploads', async () => {
    await withPassword();
    const seen = await page.evaluate(async () => {
      const notes = pb.collection('notes');
      const attachment = new File(['hello'], 'hello.txt', { type: 'text/plain' });
      const made = await notes.create({ text: "it's", attachment });
      const found = await notes.getFirstListItem(pb.filter('text = {:text}', { text: "it's" }));
      const url = pb.files.getURL(found, String(found['attachment']));
      const content = await (await fetch(url)).text();
      await notes.update(made.id, { text: 'changed' });
      const all = await notes.getFullList({ fields: 'text' });
      await notes.delete(made.id);
      const gone = await notes.getOne(made.id).catch((error: { status: number }) => error.status);
      return { same: found.id === made.id, content, all, gone };
    });
    expect(seen).toEqual({ same: true, content: 'hello', all: [{ text: 'changed' }], gone: 404 });
  });

  test('writes many at once, all or none', async () => {
    await world.root.settings.update({ batch: { enabled: true } });
    await withPassword();
    const seen = await page.evaluate(async () => {
      const batch = pb.createBatch();
      batch.collection('notes').create({ text: 'a', attachment: new File(['a'], 'a.txt') });
      batch.collection('notes').create({ text: 'b' });
      const statuses = (await batch.send()).map(({ status }) => status);
      const broken = pb.createBatch();
      broken.collection('notes').create({ text: 'c' });
      broken.collection('notes').create({ text: '' });
      const failed = await broken.send().catch((error: { status: number }) => error.status);
      const { totalItems } = await pb.collection('notes').getList(1, 10);
      return { statuses, failed, totalItems };
    });
    expect(seen).toEqual({ statuses: [200, 200], failed: 400, totalItems: 2 });
  });

  test('cancels what it asks for twice', async () => {
    const seen = await page.evaluate(async () => {
      const list = (): Promise<unknown> => pb.collection('notes').getList(1, 1);
      const asked = await Promise.allSettled([list(), list()]);
      return asked.map((one) =>
        one.status === 'fulfilled' ? 'answered' : (one.reason as { isAbort: boolean }).isAbort,
      );
    });
    expect(seen).toEqual([true, 'answered']);
  });
});
