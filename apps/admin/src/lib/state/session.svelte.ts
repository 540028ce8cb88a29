import type { RecordModel } from 'pocketbase';
import { pb } from '#lib/api/client.ts';
import { toProblem } from '#lib/api/problem.ts';
import type { Realm } from '#lib/auth/realm.ts';

/** Who is signed in. */
class Session {
  record: RecordModel | null = $state.raw(pb.authStore.record);
  valid: boolean = $state(pb.authStore.isValid);
  superuser: boolean = $derived(this.record?.collectionName === '_superusers');
  email: string = $derived(String(this.record?.['email'] ?? ''));
  name: string = $derived(String(this.record?.['name'] ?? '') || this.email);

  constructor() {
    pb.authStore.onChange(() => {
      this.record = pb.authStore.record;
      this.valid = pb.authStore.isValid;
    });
  }

  async signIn(realm: Realm, identity: string, password: string): Promise<void> {
    await pb.collection(realm).authWithPassword(identity, password);
  }

  /** Signs out if it is this account that is signed in, e.g. because its password changed. */
  forget(recordId: string): void {
    if (this.record?.id === recordId) this.signOut();
  }

  signOut(): void {
    pb.authStore.clear();
  }

  /**
   * Signs in again after a change that made all tokens worthless. false: that takes more than a password, and
   * nobody is signed in.
   */
  async renew(password: string): Promise<boolean> {
    const { record, email } = this;
    try {
      await pb.collection(record?.collectionName ?? '').authWithPassword(email, password);
      return true;
    } catch {
      this.signOut();
      return false;
    }
  }

  /** Renews the token; forgets it where the server does not take it any more. */
  async refresh(): Promise<void> {
    const record = pb.authStore.record;
    if (!pb.authStore.isValid || record === null) return;
    try {
      await pb.collection(record.collectionName).authRefresh();
    } catch (error) {
      // a server that cannot be reached says nothing about the token
      if ([401, 403, 404].includes(toProblem(error).status)) this.signOut();
    }
  }
}

export const session: Session = new Session();
