import type { LogLine } from '@davit/domain';
import { plainText } from './ansi.ts';

export interface BufferedLine {
  /** counts from the first line ever, so that it stays when older ones go */
  id: number;
  instance: string;
  time: string;
  raw: string;
  /** without terminal codes */
  text: string;
}

const MAX_LINES = 100_000;
/** dropped together, so that dropping is rare */
const DROP = 5_000;

/** The newest lines, bounded. */
export class LogBuffer {
  lines: BufferedLine[] = [];
  /** how many older lines have been dropped */
  dropped = 0;
  readonly instances: string[] = [];
  #next = 0;

  add(batch: LogLine[]): void {
    for (const { instance, time, text } of batch) {
      if (!this.instances.includes(instance)) this.instances.push(instance);
      this.lines.push({ id: this.#next++, instance, time, raw: text, text: plainText(text) });
    }
    if (this.lines.length <= MAX_LINES) return;
    const gone = this.lines.length - MAX_LINES + DROP;
    this.lines = this.lines.slice(gone);
    this.dropped += gone;
  }

  clear(): void {
    this.lines = [];
    this.dropped = 0;
    this.instances.length = 0;
  }
}
