import type { AuthMethodsList, AuthProviderInfo } from 'pocketbase';
import { pb } from '#lib/api/client.ts';
import { toProblem, type Problem } from '#lib/api/problem.ts';
import { isEmail } from '#lib/auth/identity.ts';
import { ProviderWindow } from '#lib/auth/provider-window.ts';
import { rememberRealm, type Realm } from '#lib/auth/realm.ts';
import { challengeOf, explain, type Factor, type Refusal } from '#lib/auth/refusal.ts';

export interface Provider extends AuthProviderInfo {
  /** an SVG drawing */
  logo?: string;
}

interface Offers {
  password: boolean;
  otp: boolean;
  providers: Provider[];
}

/** Somebody on the way in: which ways there are, which was taken, what is still missing. */
export class SignIn {
  realm: Realm = $state('users');
  /** what was typed; kept from step to step, and when the realm changes */
  identity: string = $state('');
  password: string = $state('');
  methods: AuthMethodsList | undefined = $state.raw();
  /** the methods could not be read */
  unreachable: Problem | undefined = $state.raw();
  refusal: Refusal | undefined = $state.raw();
  busy: Factor | undefined = $state();
  /** the first factor was right and another is wanted */
  second: { id: string; used: Factor } | undefined = $state.raw();
  /** a code is on its way */
  code: { id: string; email: string } | undefined = $state.raw();
  /** the provider's page is open in another window */
  popup: { provider: Provider; opened: boolean } | undefined = $state.raw();
  /** there are no such accounts on this server */
  missing: Realm | undefined = $state();

  readonly #window: ProviderWindow = new ProviderWindow();

  offers: Offers = $derived.by(() => {
    const used = this.second?.used;
    const { password, otp, oauth2 } = this.methods ?? {};
    return {
      password: password?.enabled === true && used !== 'password',
      otp: otp?.enabled === true && used !== 'otp',
      providers: oauth2?.enabled === true && used !== 'oauth2' ? oauth2.providers : [],
    };
  });

  /** Begins anew, with the accounts of `realm`. */
  async open(realm: Realm): Promise<void> {
    this.realm = realm;
    this.startOver();
    this.methods = this.unreachable = undefined;
    try {
      const methods = await pb.collection(realm).listAuthMethods();
      if (this.realm === realm) this.methods = methods;
    } catch (error) {
      const problem = toProblem(error);
      if (problem.status !== 404 || realm === '_superusers') this.unreachable = problem;
      else {
        this.missing = realm;
        await this.open('_superusers');
      }
    }
  }

  startOver(): void {
    this.refusal = this.second = this.code = undefined;
    this.closePopup();
  }

  async withPassword(): Promise<void> {
    const account = pb.collection(this.realm);
    await this.#attempt('password', () =>
      account.authWithPassword(this.identity.trim(), this.password, this.#session()),
    );
    // nothing is left to choose: the code can be on its way already
    const { otp, providers } = this.offers;
    if (this.second?.used === 'password' && otp && providers.length === 0)
      if (isEmail(this.identity.trim())) await this.requestCode();
  }

  /** Mails a code to the address that was typed. */
  async requestCode(): Promise<void> {
    const email = this.identity.trim();
    await this.#attempt('otp', async () => {
      const { otpId } = await pb.collection(this.realm).requestOTP(email);
      this.code = { id: otpId, email };
    });
  }

  async withCode(code: string): Promise<void> {
    const { id = '' } = this.code ?? {};
    await this.#attempt('otp', () =>
      pb.collection(this.realm).authWithOTP(id, code.replaceAll(/\s/g, ''), this.#session()),
    );
    if (this.second?.used === 'otp') this.code = undefined;
  }

  /** Call it from a click: browsers open windows for those alone. */
  async withProvider(provider: Provider): Promise<void> {
    this.popup = { provider, opened: false };
    await this.#attempt('oauth2', () =>
      this.#window.visit({
        realm: this.realm,
        provider: provider.name,
        onaddress: () => (this.popup = { provider, opened: true }),
        ...this.#session(),
      }),
    );
    this.popup = undefined;
  }

  reopenPopup(): void {
    this.#window.reopen();
  }

  closePopup(): void {
    this.#window.cancel();
  }

  /** Mails a link to confirm the address that was typed. */
  async requestVerification(): Promise<void> {
    await pb.collection(this.realm).requestVerification(this.identity.trim());
  }

  #session(): { mfaId?: string } {
    return this.second === undefined ? {} : { mfaId: this.second.id };
  }

  async #attempt(factor: Factor, work: () => Promise<unknown>): Promise<void> {
    if (this.busy !== undefined) return;
    const { realm } = this;
    this.busy = factor;
    this.refusal = undefined;
    try {
      await work();
      rememberRealm(realm);
    } catch (error) {
      this.#failed(error, factor);
    } finally {
      this.busy = undefined;
    }
  }

  #failed(error: unknown, factor: Factor): void {
    const id = challengeOf(error);
    if (id !== undefined) {
      this.second = { id, used: factor };
      this.password = '';
      return;
    }
    const { realm, popup } = this;
    const refusal = explain(error, {
      factor,
      realm,
      ...(popup && { provider: popup.provider.displayName }),
    });
    if (refusal.status === -1) return;
    if (refusal.cure === 'start-over') this.startOver();
    this.refusal = refusal;
  }
}
