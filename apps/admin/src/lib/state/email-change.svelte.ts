import { session } from './session.svelte.ts';

const KEY = 'davit_email_change';
/** links in mails work for half an hour unless somebody changes that */
const LIFE_MS = 1_800_000;

interface Asked {
  account: string;
  email: string;
  at: number;
}

/** The address that a link was mailed to; the server does not tell it, so this browser remembers. */
class EmailChange {
  #asked: Asked | undefined = $state.raw(read());

  /** '' where none is waited for */
  get waiting(): string {
    const { record, email } = session;
    const asked = this.#asked;
    if (asked === undefined || asked.account !== record?.id || asked.email === email) return '';
    return Date.now() - asked.at < LIFE_MS ? asked.email : '';
  }

  begin(email: string): void {
    this.#asked = { account: session.record?.id ?? '', email, at: Date.now() };
    localStorage.setItem(KEY, JSON.stringify(this.#asked));
  }

  forget(): void {
    this.#asked = undefined;
    localStorage.removeItem(KEY);
  }
}

function read(): Asked | undefined {
  try {
    return (JSON.parse(localStorage.getItem(KEY) ?? 'null') as Asked | null) ?? undefined;
  } catch {
    return undefined;
  }
}

export const emailChange: EmailChange = new EmailChange();
