export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

const KEY = 'davit_theme';

/** Light, dark, or what the system says. */
class ThemeState {
  #choice: Theme = $state(stored());
  #systemDark = $state(false);
  dark: boolean = $derived(
    this.#choice === 'dark' || (this.#choice === 'system' && this.#systemDark),
  );

  constructor() {
    const query = matchMedia('(prefers-color-scheme: dark)');
    this.#systemDark = query.matches;
    query.addEventListener('change', () => {
      this.#systemDark = query.matches;
      this.#apply();
    });
  }

  get current(): Theme {
    return this.#choice;
  }

  set current(choice: Theme) {
    this.#choice = choice;
    if (choice === 'system') localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, choice);
    this.#apply();
  }

  toggle(): void {
    this.current = this.dark ? 'light' : 'dark';
  }

  #apply(): void {
    document.documentElement.dataset['theme'] = this.dark ? 'dark' : 'light';
  }
}

function stored(): Theme {
  const value = localStorage.getItem(KEY);
  return THEMES.find((theme) => theme === value) ?? 'system';
}

export const theme: ThemeState = new ThemeState();
