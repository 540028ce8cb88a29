import type { BufferedLine } from './log-buffer.ts';

export const ROW = 20;

/**
 * Where each line stands. Lines are set in a monospaced face, so that a wrapped line's height is known
 * from its length and 100,000 of them need no measuring.
 */
export class LogLayout {
  #columns = Infinity;
  /** row number of each line, and of the end; only kept while wrapping */
  #rows: number[] = [0];
  #first = 0;
  #count = 0;

  /** Takes over lines and width; costs only what was added, unless the width or the beginning changed. */
  update(lines: BufferedLine[], columns: number): void {
    const first = lines[0]?.id ?? 0;
    if (columns !== this.#columns || first !== this.#first || lines.length < this.#count) {
      this.#columns = columns;
      this.#first = first;
      this.#rows = [0];
      this.#count = 0;
    }
    if (columns !== Infinity) {
      let row = this.#rows[this.#count] ?? 0;
      for (let index = this.#count; index < lines.length; index++) {
        row += rowsOf(lines[index]?.text ?? '', columns);
        this.#rows.push(row);
      }
    }
    this.#count = lines.length;
  }

  get height(): number {
    return (this.#columns === Infinity ? this.#count : (this.#rows[this.#count] ?? 0)) * ROW;
  }

  top(index: number): number {
    return (this.#columns === Infinity ? index : (this.#rows[index] ?? 0)) * ROW;
  }

  /** The line at a height. */
  at(y: number): number {
    const row = Math.floor(y / ROW);
    if (this.#columns === Infinity) return Math.min(Math.max(0, row), Math.max(0, this.#count - 1));
    let low = 0;
    let high = Math.max(0, this.#count - 1);
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#rows[middle] ?? 0) <= row) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

export function rowsOf(text: string, columns: number): number {
  return Math.max(1, Math.ceil(widthOf(text) / columns));
}

/** Columns that a text takes; East Asian characters and emoji take two. */
function widthOf(text: string): number {
  if (/^[\x00-\u10ff]*$/.test(text)) return text.length;
  let width = 0;
  for (const character of text) width += (character.codePointAt(0) ?? 0) > 0x10ff ? 2 : 1;
  return width;
}
