import { untrack } from 'svelte';
import type { DeploymentRef, LogLine } from '@davit/domain';
import { appPath } from '#lib/api/apps.ts';
import { download } from '#lib/api/download.ts';
import type { Problem } from '#lib/api/problem.ts';
import { openStream } from '#lib/api/stream.ts';
import { LogBuffer } from '#lib/logs/log-buffer.ts';

export interface LogQuery {
  /** '' for all */
  instance: string;
  tail: number;
}

/** The lines of one app, followed; screens are told at most once a frame. */
export class LogStream {
  readonly buffer: LogBuffer = new LogBuffer();
  /** grows with every change of the buffer */
  version: number = $state(0);
  connected: boolean = $state(false);
  problem: Problem | undefined = $state.raw();
  #abort: AbortController | undefined;
  #waiting: LogLine[] = [];
  #frame = 0;

  open(ref: DeploymentRef, { instance, tail }: LogQuery): void {
    this.close();
    this.clear();
    const only = instance === '' ? '' : `&instance=${encodeURIComponent(instance)}`;
    this.#abort = new AbortController();
    void openStream(
      appPath(ref, `logs/stream?follow=1&tail=${String(tail)}${only}`),
      {
        onOpen: () => {
          this.connected = true;
          this.problem = undefined;
        },
        onFrame: (frame) => {
          if (frame.event !== 'line') return;
          const data = JSON.parse(frame.data) as LogLine | LogLine[];
          this.#waiting.push(...(Array.isArray(data) ? data : [data]));
          this.#schedule();
        },
        onLost: (problem) => {
          this.connected = false;
          this.problem = problem;
        },
      },
      this.#abort.signal,
    );
  }

  close(): void {
    this.#abort?.abort();
    this.#abort = undefined;
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    this.#waiting = [];
    this.connected = false;
    this.problem = undefined;
  }

  clear(): void {
    this.buffer.clear();
    this.version = untrack(() => this.version) + 1;
  }

  #schedule(): void {
    if (this.#frame !== 0) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      this.buffer.add(this.#waiting);
      this.#waiting = [];
      this.version++;
    });
  }
}

/** Saves the log as a text file. */
export const downloadLog = (ref: DeploymentRef, name: string): Promise<void> =>
  download(appPath(ref, 'logs'), `${name}.log`);
