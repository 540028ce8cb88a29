import KeyRound from '@lucide/svelte/icons/key-round';
import ScrollText from '@lucide/svelte/icons/scroll-text';
import type { Component } from 'svelte';
import { routes } from '#lib/routes.ts';

export interface SettingsPage {
  label: string;
  icon: Component;
  href: string;
  /** what the palette finds it by, too */
  keywords: string;
}

/** The pages of the settings, for who is signed in. */
export function settingsPages(superuser: boolean): SettingsPage[] {
  const keys: SettingsPage = {
    label: 'API keys',
    icon: KeyRound,
    href: routes.apiKeys(),
    keywords: 'token scope secret',
  };
  const audit: SettingsPage = {
    label: 'Audit log',
    icon: ScrollText,
    href: routes.auditLog(),
    keywords: 'who did what history',
  };
  return superuser ? [keys, audit] : [keys];
}
