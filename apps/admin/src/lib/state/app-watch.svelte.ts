import type { DeploymentRef, EngineEvent } from '@davit/domain';
import { appPath, type AppStatus } from '#lib/api/apps.ts';
import type { Problem } from '#lib/api/problem.ts';
import { openStream } from '#lib/api/stream.ts';

const KEPT_EVENTS = 200;

/** One app as the engine sees it, by push: its status and its events. */
export class AppWatch {
  status: AppStatus | undefined = $state.raw();
  events: EngineEvent[] = $state.raw([]);
  connected: boolean = $state(false);
  eventsReady: boolean = $state(false);
  problem: Problem | undefined = $state.raw();
  /** when the server last told something, in ms */
  lastUpdate: number = $state(0);
  #abort: AbortController | undefined;

  open(ref: DeploymentRef): void {
    this.close();
    const abort = new AbortController();
    this.#abort = abort;
    void openStream(
      appPath(ref, 'status/stream'),
      {
        onOpen: () => {
          this.connected = true;
          this.problem = undefined;
        },
        onFrame: (frame) => {
          if (frame.event !== 'status') return;
          this.status = JSON.parse(frame.data) as AppStatus;
          this.lastUpdate = Date.now();
        },
        onLost: (problem) => {
          this.connected = false;
          this.problem = problem;
        },
      },
      abort.signal,
    );
  }

  /** Follows the events until the returned function is called. */
  followEvents(ref: DeploymentRef): () => void {
    const abort = new AbortController();
    this.events = [];
    this.eventsReady = false;
    void openStream(
      appPath(ref, 'events/stream'),
      {
        onOpen: () => (this.eventsReady = true),
        onFrame: (frame) => {
          if (frame.event === 'event') this.#add(JSON.parse(frame.data) as EngineEvent);
        },
        onLost: () => (this.eventsReady = true),
      },
      abort.signal,
    );
    return () => abort.abort();
  }

  close(): void {
    this.#abort?.abort();
    this.#abort = undefined;
    this.status = undefined;
    this.connected = false;
    this.problem = undefined;
    this.lastUpdate = 0;
  }

  /** Newest first; a repeated event replaces its older self. */
  #add(event: EngineEvent): void {
    const rest = this.events.filter((known) => known.id !== event.id);
    const at = rest.findIndex((known) => known.time <= event.time);
    rest.splice(at === -1 ? rest.length : at, 0, event);
    this.events = rest.slice(0, KEPT_EVENTS);
  }
}
