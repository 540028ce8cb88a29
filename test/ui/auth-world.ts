import { chromium } from '@davit/testkit';
import PocketBase from 'pocketbase';
import type { Browser } from 'playwright-core';
import { expect, vi } from 'vitest';
import { PASSWORD, startServer } from '../api/server.ts';
import type { TestServer } from '../api/server.ts';
import { openSmtpSink } from '../api/smtp-sink.ts';
import { identityProvider } from './identity-provider.ts';
import type { IdentityProvider } from './identity-provider.ts';
import { visit } from './visit.ts';
import type { Visit } from './visit.ts';

/** A server with mail and a provider to sign in at, both real, and a browser. */
export interface AuthWorld extends AsyncDisposable {
  readonly server: TestServer;
  readonly root: PocketBase;
  readonly provider: IdentityProvider;
  visit(): Promise<Visit>;
  /** changes how one signs in to `users`, or to another collection */
  configure(options: Record<string, unknown>, collection?: string): Promise<void>;
  /** What `act` makes the server mail, where `pattern` says. */
  mailed(pattern: RegExp, act: () => Promise<unknown>): Promise<string>;
  /** how many mails there were */
  mails(): number;
}

export const CODE = /<strong>(\d+)</;
export const link = (page: string): RegExp => new RegExp(`(/_/#/auth/${page}/[\\w.-]+)`);

export async function authWorld(): Promise<AuthWorld> {
  const opened = new AsyncDisposableStack();
  try {
    const server = opened.use(await startServer());
    const sink = opened.use(await openSmtpSink());
    const provider = opened.use(await identityProvider(`${server.url}/api/oauth2-redirect`));
    const browser: Browser = await chromium();
    opened.defer(() => browser.close());
    const root = new PocketBase(server.url);
    await root.collection('_superusers').authWithPassword('root@example.com', PASSWORD);
    await root.settings.update({ smtp: sink.settings, meta: { appURL: server.url } });
    return {
      server,
      root,
      provider,
      visit: () => visit(browser, { url: server.url }),
      async configure(options, collection = 'users') {
        await root.collections.update(collection, options);
      },
      async mailed(pattern, act) {
        const before = sink.mails.length;
        await act();
        await vi.waitFor(() => expect(sink.mails.length).toBe(before + 1), 30_000);
        return pattern.exec(sink.mails.at(-1)!.replaceAll('=3D', '='))?.[1] ?? '';
      },
      mails: () => sink.mails.length,
      [Symbol.asyncDispose]: () => opened.disposeAsync(),
    };
  } catch (error) {
    await opened.disposeAsync();
    throw error;
  }
}
