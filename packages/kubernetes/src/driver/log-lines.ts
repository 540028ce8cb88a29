/** Longer lines come in pieces. */
export const MAX_LINE_BYTES: number = 64 * 1024;

const NEWLINE = 10;

/**
 * The lines of a byte stream. Cuts inside a character are mended, lines longer than `maxBytes` are cut between
 * characters, and no more than one line is held.
 */
export async function* linesOf(
  chunks: AsyncIterable<Uint8Array>,
  maxBytes: number = MAX_LINE_BYTES,
): AsyncGenerator<string> {
  let held = new Uint8Array(0);
  for await (const chunk of chunks) {
    let rest = Buffer.concat([held, chunk]);
    for (;;) {
      const end = rest.indexOf(NEWLINE);
      if (end !== -1 && end <= maxBytes) {
        yield text(rest.subarray(0, end));
        rest = rest.subarray(end + 1);
      } else if (rest.length > maxBytes) {
        const cut = characterStart(rest, maxBytes);
        yield text(rest.subarray(0, cut));
        rest = rest.subarray(cut);
      } else break;
    }
    held = rest;
  }
  if (held.length > 0) yield text(held);
}

/** The last start of a character at or before `at`. */
function characterStart(bytes: Uint8Array, at: number): number {
  for (let start = at; start > at - 4; start--) {
    if (((bytes[start] ?? 0) & 0xc0) !== 0x80) return start;
  }
  return at;
}

function text(bytes: Uint8Array): string {
  const line = Buffer.from(bytes).toString('utf8');
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}
