import { AppError } from '@davit/domain';

/** etcd takes 1.5 MB objects; more than this in one line is no watch event. */
const MAX_LINE = 32 * 1024 * 1024;

/** The JSON values of a stream, one a line. A last line without an end is dropped: it was cut off. */
export async function* parseNdjson(stream: AsyncIterable<Uint8Array>): AsyncGenerator {
  let parts: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream) {
    let from = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, from)) {
      parts.push(chunk.subarray(from, end));
      const line = Buffer.concat(parts).toString('utf8');
      parts = [];
      size = 0;
      from = end + 1;
      if (line.trim() !== '') yield JSON.parse(line);
    }
    parts.push(chunk.subarray(from));
    size += chunk.length - from;
    if (size > MAX_LINE) throw new AppError('too_large', 'A watch event is too large.');
  }
}
