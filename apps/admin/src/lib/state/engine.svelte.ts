import { engine as fetchEngine, type EngineInfo } from '#lib/api/apps.ts';

const INTERVAL = 15_000;

/** Whether there is something to run apps on. */
class EngineState {
  info: EngineInfo | undefined = $state.raw();
  #timer: ReturnType<typeof setInterval> | undefined;

  /** 'none' without an engine, 'away' when it does not answer. */
  trouble: 'none' | 'away' | undefined = $derived.by(() => {
    if (this.info === undefined) return undefined;
    if (this.info.driver === 'none') return 'none';
    return this.info.connected ? undefined : 'away';
  });

  open(): void {
    void this.check();
    this.#timer ??= setInterval(() => {
      if (document.visibilityState === 'visible') void this.check();
    }, INTERVAL);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.info = undefined;
  }

  async check(): Promise<void> {
    try {
      this.info = await fetchEngine();
    } catch {
      // the page's own requests say so when the server is away
    }
  }
}

export const engine: EngineState = new EngineState();
