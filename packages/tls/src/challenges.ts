const FOLDER = '/.well-known/acme-challenge/';

/** What a certificate authority is to find under a host, by token, while it checks whom the host belongs to. */
export class Challenges {
  readonly #byToken = new Map<string, string>();
  /** brings a change to where it is asked for; resolves when it is in force */
  publish: () => Promise<void> = () => Promise.resolve();

  get all(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.#byToken);
  }

  async show(token: string, answer: string): Promise<void> {
    this.#byToken.set(token, answer);
    await this.publish();
  }

  async hide(token: string): Promise<void> {
    this.#byToken.delete(token);
    await this.publish();
  }

  /** The answer to a request for this path. */
  find(path: string): string | undefined {
    return path.startsWith(FOLDER) ? this.#byToken.get(path.slice(FOLDER.length)) : undefined;
  }
}
