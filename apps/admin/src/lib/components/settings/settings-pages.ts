import Archive from '@lucide/svelte/icons/archive';
import CalendarClock from '@lucide/svelte/icons/calendar-clock';
import KeyRound from '@lucide/svelte/icons/key-round';
import ScrollText from '@lucide/svelte/icons/scroll-text';
import UserRound from '@lucide/svelte/icons/user-round';
import type { Component } from 'svelte';
import { routes } from '#lib/routes.ts';

export interface SettingsPage {
  label: string;
  icon: Component;
  href: string;
  /** what the palette finds it by, too */
  keywords: string;
  /** others do not see it */
  superuser?: boolean;
}

/** The pages of the settings, for who is signed in. */
export function settingsPages(superuser: boolean): SettingsPage[] {
  return PAGES.filter((page) => superuser || page.superuser !== true);
}

const PAGES: SettingsPage[] = [
  {
    label: 'Account',
    icon: UserRound,
    href: routes.account(),
    keywords: 'email password provider',
  },
  {
    label: 'API keys',
    icon: KeyRound,
    href: routes.apiKeys(),
    keywords: 'token scope secret',
  },
  {
    label: 'Audit log',
    icon: ScrollText,
    href: routes.auditLog(),
    keywords: 'who did what history',
    superuser: true,
  },
  {
    label: 'Backups',
    icon: Archive,
    href: routes.backups(),
    keywords: 'restore schedule zip',
    superuser: true,
  },
  {
    label: 'Crons',
    icon: CalendarClock,
    href: routes.crons(),
    keywords: 'jobs schedule',
    superuser: true,
  },
];
