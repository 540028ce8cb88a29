import { beforeNavigate, goto } from '$app/navigation';

/** Asks before input is lost. Make it while a component is set up; show its dialog with `asking`. */
export class LeaveGuard {
  asking: boolean = $state(false);
  #to: URL | undefined;
  #allowed = false;

  constructor(isDirty: () => boolean) {
    beforeNavigate((navigation) => {
      if (this.#allowed || !isDirty()) return;
      const { from, to } = navigation;
      // another tab of the same page keeps what was typed
      if (navigation.type === 'leave') {
        navigation.cancel();
        return;
      }
      if (from?.url.href === to?.url.href) return;
      navigation.cancel();
      this.#to = to?.url;
      this.asking = true;
    });
  }

  /** Leaves without asking: the input was saved, or may go. */
  allow(): void {
    this.#allowed = true;
  }

  async leave(): Promise<void> {
    this.allow();
    if (this.#to !== undefined) await goto(this.#to);
  }
}
