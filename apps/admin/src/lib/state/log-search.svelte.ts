import type { BufferedLine } from '#lib/logs/log-buffer.ts';

/** The matches of a word in the log, kept current as lines arrive. */
export class LogSearch {
  query: string = $state('');
  /** ids of the lines that match, ascending */
  matches: number[] = $state.raw([]);
  /** index in `matches` of the one that is shown; -1 before the first n */
  current: number = $state(-1);
  #searched = '';
  #upTo = 0;

  /** Looks only at lines it has not seen, unless the word changed. */
  update(lines: BufferedLine[]): void {
    const needle = this.query.toLowerCase();
    if (needle !== this.#searched) this.#restart(needle);
    if (needle === '') return;
    this.#forgetBefore(lines[0]?.id ?? 0);
    const found = idsOf(lines, this.#upTo, needle);
    this.#upTo = (lines.at(-1)?.id ?? -1) + 1;
    if (found.length > 0) this.matches = [...this.matches, ...found];
  }

  #restart(needle: string): void {
    this.#searched = needle;
    this.#upTo = 0;
    this.matches = [];
    this.current = -1;
  }

  /** Drops matches whose lines are gone. */
  #forgetBefore(first: number): void {
    const gone = this.matches.filter((id) => id < first).length;
    if (gone === 0) return;
    this.matches = this.matches.slice(gone);
    if (this.current !== -1) this.current = Math.max(0, this.current - gone);
  }

  /** The line to show next; undefined without matches. */
  step(by: 1 | -1, from: number): number | undefined {
    const count = this.matches.length;
    if (count === 0) return undefined;
    if (this.current === -1) {
      const next = this.matches.findIndex((id) => id >= from);
      this.current =
        by === 1 ? (next === -1 ? 0 : next) : ((next === -1 ? count : next) - 1 + count) % count;
    } else this.current = (this.current + by + count) % count;
    return this.matches[this.current];
  }
}

function idsOf(lines: BufferedLine[], from: number, needle: string): number[] {
  const first = lines[0]?.id ?? 0;
  const found: number[] = [];
  for (let index = Math.max(0, from - first); index < lines.length; index++) {
    const line = lines[index];
    if (line?.text.toLowerCase().includes(needle) === true) found.push(line.id);
  }
  return found;
}
