/** One line a container wrote. */
export interface OutputLine {
  /** RFC 3339 with nanoseconds */
  time: string;
  text: string;
}

const HEADER = 8;
const NEWLINE = 10;
/** Longer lines come in pieces. */
const MAX_LINE_BYTES = 64 * 1024;

/**
 * The lines in Docker's multiplexed log stream: frames of 8 bytes head (which stream, how long) and content that
 * begins with the time. A line longer than 16 KiB is spread over several frames, each with a time of its own.
 */
export async function* demux(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<OutputLine> {
  /** by stream: the line that has begun */
  const open = new Map<number, OutputLine>();
  for await (const { stream, content } of framesOf(chunks)) {
    const line = parseFrame(content);
    const begun = open.get(stream);
    if (begun !== undefined) line.time = begun.time;
    const whole = `${begun?.text ?? ''}${line.text}`;
    if (line.ends || whole.length >= MAX_LINE_BYTES) {
      open.delete(stream);
      yield { time: line.time, text: whole };
    } else open.set(stream, { time: line.time, text: whole });
  }
  yield* open.values();
}

async function* framesOf(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<{ stream: number; content: Buffer }> {
  let held: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    held = held.length === 0 ? Buffer.from(chunk) : Buffer.concat([held, chunk]);
    while (held.length >= HEADER) {
      const end = HEADER + held.readUInt32BE(4);
      if (held.length < end) break;
      yield { stream: held[0] ?? 0, content: held.subarray(HEADER, end) };
      held = held.subarray(end);
    }
  }
}

function parseFrame(content: Buffer): OutputLine & { ends: boolean } {
  const ends = content.at(-1) === NEWLINE;
  const text = content.toString('utf8', 0, ends ? content.length - 1 : content.length);
  const space = text.indexOf(' ');
  const line = text.slice(space + 1);
  return { ends, time: text.slice(0, space), text: line.endsWith('\r') ? line.slice(0, -1) : line };
}
