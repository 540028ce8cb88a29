import type { Page } from 'playwright-core';
import { linkToken } from './link-token.ts';
import type { Look } from './look.ts';
import { PASSWORD } from './staged-world.ts';

const login = (): string => '/_/login';
const mailed = (page: string, token: string) => (): string => `/_/#/auth/confirm-${page}/${token}`;
const title = (name: string) => (page: Page) =>
  page.getByRole('heading', { level: 1, name, exact: true }).waitFor();
const press = (page: Page, name: string): Promise<void> =>
  page.getByRole('button', { name, exact: true }).click();

const SIGN_IN: Omit<Look, 'who'>[] = [
  {
    name: 'login',
    path: login,
    ready: (page) => page.getByText('Continue with GitHub').waitFor(),
  },
  {
    name: 'login-superuser',
    path: () => '/_/login?as=superuser',
    ready: (page) => page.getByText('As superuser of this server.').waitFor(),
  },
  {
    name: 'login-refused',
    path: login,
    refused: true,
    async ready(page) {
      await page.getByLabel('Email').fill('nobody@example.com');
      await page.getByLabel('Password').fill('wrong-password');
      await press(page, 'Sign in');
      await page.getByRole('alert').waitFor();
    },
  },
  {
    name: 'login-code',
    path: login,
    refused: true,
    async ready(page) {
      await page.getByLabel('Email').fill('nobody@example.com');
      await press(page, 'Email me a code');
      await page.getByLabel('Code').fill('12345678');
      await press(page, 'Sign in');
      await page.getByText('This code is wrong or has expired.').waitFor();
    },
  },
  {
    name: 'login-second',
    path: login,
    refused: true,
    async ready(page) {
      await page.getByLabel('Email').fill('grace@example.com');
      await page.getByLabel('Password').fill(PASSWORD);
      await press(page, 'Sign in');
      await title('One more step')(page);
    },
  },
  {
    name: 'login-provider',
    path: login,
    async ready(page) {
      await page
        .context()
        .route('https://github.com/**', (route) => route.fulfill({ body: 'GitHub' }));
      await press(page, 'Continue with GitHub');
      await page.getByText('No window?').waitFor();
    },
  },
  { name: 'forgot-password', path: () => '/_/forgot-password', ready: title('Forgot password') },
  {
    name: 'forgot-password-sent',
    path: () => '/_/forgot-password',
    async ready(page) {
      await page.getByLabel('Email').fill('nobody@example.com');
      await press(page, 'Send the link');
      await title('Look into your inbox')(page);
    },
  },
];

const LINKS: Omit<Look, 'who'>[] = [
  {
    name: 'reset',
    path: mailed('password-reset', linkToken('passwordReset')),
    async ready(page) {
      await page.getByLabel('New password').fill('a-new-password');
      await page.getByLabel('Repeat password').fill('another');
      await page.getByText('The passwords differ.').waitFor();
    },
  },
  {
    name: 'reset-expired',
    path: mailed('password-reset', linkToken('passwordReset', { exp: 1 })),
    ready: title('This link does not work any more'),
  },
  {
    name: 'verification-cut',
    path: () => '/_/confirm/verification',
    ready: title('This link is not complete'),
  },
  {
    name: 'email-change',
    path: mailed('email-change', linkToken('emailChange', { newEmail: 'ada@new.example.com' })),
    ready: title('Change your email address'),
  },
  {
    name: 'provider-success',
    path: () => '/_/#/auth/oauth2-redirect-success',
    refused: true, // no script opened this window, so that none may close it
    ready: title('That is all here'),
  },
  {
    name: 'provider-failure',
    path: () => '/_/#/auth/oauth2-redirect-failure',
    ready: title('You are not signed in'),
  },
  {
    name: 'install-expired',
    path: () => '/_/pbinstall/expired',
    ready: title('This link has expired'),
  },
  { name: 'no-page', path: () => '/_/nowhere', ready: title('There is no page here') },
];

/** The pages for people who are not signed in. */
export const FRONT: Look[] = [...SIGN_IN, ...LINKS].map((look) => ({ ...look, who: 'nobody' }));
