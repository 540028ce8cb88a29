import PocketBase from 'pocketbase';
import { pb } from '#lib/api/client.ts';
import type { Realm } from './realm.ts';

const KEY = 'provider';

interface Visit {
  realm: Realm;
  provider: string;
  /** the session that wants a second factor */
  mfaId?: string;
  /** told where the provider's page is */
  onaddress: (url: string) => void;
}

/** The window in which somebody signs in at a provider. */
export class ProviderWindow {
  // the SDK cancels by key only where it also cancels duplicates; the shared client does not
  readonly #client: PocketBase = new PocketBase(pb.baseURL, pb.authStore);
  #window: Window | null = null;
  #url = '';
  #visiting: symbol | undefined;

  /** Signs in. Call it from a click: browsers open windows for those alone. */
  async visit({ realm, onaddress, ...options }: Visit): Promise<void> {
    this.#url = '';
    this.#open('about:blank');
    const visiting = (this.#visiting = Symbol());
    try {
      await this.#client.collection(realm).authWithOAuth2({
        ...options,
        requestKey: KEY,
        urlCallback: (url) => {
          // the SDK goes on for a moment after it was cancelled
          if (this.#visiting !== visiting) return;
          this.#url = url;
          if (this.#window) this.#window.location.href = url;
          onaddress(url);
        },
      });
    } finally {
      this.#visiting = undefined;
      this.#window?.close();
    }
  }

  /** For browsers that opened no window, and for people who closed it. */
  reopen(): void {
    if (this.#url === '') return;
    this.#window?.close();
    this.#open(this.#url);
  }

  /** `visit` fails as cancelled requests do. */
  cancel(): void {
    this.#client.cancelRequest(KEY);
  }

  #open(url: string): void {
    const [width, height] = [Math.min(1024, innerWidth), Math.min(768, innerHeight)];
    const left = screenX + (outerWidth - width) / 2;
    const top = screenY + (outerHeight - height) / 2;
    const features = `popup,width=${width},height=${height},left=${left},top=${top}`;
    // no name: one that is still closing would be taken again, and close
    this.#window = window.open(url, '_blank', features);
  }
}
