import { AppError } from '@davit/domain';

/** The start of an app's answer. */
export interface ResponseHead {
  status: number;
  reason: string;
  /** name, value, name, value, … as they came */
  headers: string[];
  /** the connection may be used again */
  keepAlive: boolean;
}

export interface ResponseListener {
  /** 1xx other than 101 */
  information(head: ResponseHead): void;
  head(head: ResponseHead): void;
  data(chunk: Buffer): void;
  /** the answer is complete; trailers as name, value, … */
  end(trailers: string[]): void;
  /** after a 101 the connection is no longer HTTP; `rest` came along already */
  upgraded(head: ResponseHead, rest: Buffer): void;
}

type Step = 'idle' | 'head' | 'fixed' | 'until-close' | 'size' | 'chunk' | 'gap' | 'trailers';

const MAX_HEAD = 64 * 1024;
const MAX_SIZE_LINE = 1024;
const CRLF = Buffer.from('\r\n');
const BLANK_LINE = Buffer.from('\r\n\r\n');
const NOTHING = Buffer.alloc(0);
const STATUS_LINE = /^HTTP\/1\.([01]) ([1-5]\d\d)(?: (.*))?$/;
const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const FORBIDDEN = /[\x00-\x08\x0a-\x1f\x7f]/;

/**
 * Reads HTTP/1 answers from one connection, one after another. Strict: what two readers could understand in two ways
 * (both lengths, folded lines, bare line feeds, bytes after the end) is an error, thrown as `unavailable`.
 */
export class ResponseParser {
  readonly #listener: ResponseListener;
  #step: Step = 'idle';
  #partial: Buffer = NOTHING;
  #left = 0;
  #withoutBody = false;

  constructor(listener: ResponseListener) {
    this.#listener = listener;
  }

  /** Between two answers: nothing is expected. */
  get idle(): boolean {
    return this.#step === 'idle';
  }

  /** Call before each request. */
  expect(method: string): void {
    this.#step = 'head';
    this.#withoutBody = method === 'HEAD';
  }

  push(chunk: Buffer): void {
    let rest = chunk;
    while (rest.length > 0) rest = this.#advance(rest);
  }

  /** The app closed its side: completes an answer without a length, otherwise throws. */
  close(): void {
    if (this.#step !== 'until-close') {
      throw new AppError('unavailable', 'The app closed the connection before its answer ended.');
    }
    this.#finish([]);
  }

  #advance(chunk: Buffer): Buffer {
    switch (this.#step) {
      case 'idle':
        throw malformed('bytes after the end');
      case 'head':
        return this.#head(chunk);
      case 'until-close':
        this.#listener.data(chunk);
        return NOTHING;
      case 'fixed':
      case 'chunk':
        return this.#body(chunk);
      case 'size':
        return this.#size(chunk);
      case 'gap':
        return this.#gap(chunk);
      case 'trailers':
        return this.#trailers(chunk);
    }
  }

  #head(chunk: Buffer): Buffer {
    const data = this.#partial.length > 0 ? Buffer.concat([this.#partial, chunk]) : chunk;
    const end = data.indexOf(BLANK_LINE);
    if ((end < 0 ? data.length : end) > MAX_HEAD) throw malformed('its head is too large');
    if (end < 0) {
      this.#partial = data;
      return NOTHING;
    }
    this.#partial = NOTHING;
    const rest = data.subarray(end + 4);
    const head = readHead(data.toString('latin1', 0, end));
    if (head.status === 101) {
      this.#step = 'idle';
      this.#listener.upgraded(head, rest);
      return NOTHING;
    }
    if (head.status < 200) this.#listener.information(head);
    else this.#begin(head);
    return rest;
  }

  #begin(head: ResponseHead): void {
    const framing = readFraming(head);
    const { status } = head;
    const bare = this.#withoutBody || status === 204 || status === 304;
    if (framing === 'until-close' && !bare) head.keepAlive = false;
    const empty = bare || framing === 0;
    if (!empty) this.#step = typeof framing === 'number' ? 'fixed' : framing;
    this.#left = typeof framing === 'number' ? framing : 0;
    this.#listener.head(head);
    if (empty) this.#finish([]);
  }

  #body(chunk: Buffer): Buffer {
    const size = Math.min(this.#left, chunk.length);
    this.#left -= size;
    this.#listener.data(size === chunk.length ? chunk : chunk.subarray(0, size));
    if (this.#left === 0) {
      if (this.#step === 'fixed') this.#finish([]);
      else this.#step = 'gap';
    }
    return chunk.subarray(size);
  }

  #size(chunk: Buffer): Buffer {
    const found = this.#line(chunk, MAX_SIZE_LINE);
    if (!found) return NOTHING;
    const size = /^([0-9a-fA-F]{1,13})[ \t]*(;.*)?$/.exec(found.line)?.[1];
    if (size === undefined || FORBIDDEN.test(found.line)) throw malformed('a chunk has no size');
    this.#left = Number.parseInt(size, 16);
    this.#step = this.#left === 0 ? 'trailers' : 'chunk';
    return found.rest;
  }

  #gap(chunk: Buffer): Buffer {
    const found = this.#line(chunk, 2);
    if (!found) return NOTHING;
    if (found.line !== '') throw malformed('a chunk is longer than its size');
    this.#step = 'size';
    return found.rest;
  }

  #trailers(chunk: Buffer): Buffer {
    const data = this.#partial.length > 0 ? Buffer.concat([this.#partial, chunk]) : chunk;
    const empty = data[0] === 13 && data[1] === 10;
    const end = empty ? 0 : data.indexOf(BLANK_LINE);
    if ((end < 0 ? data.length : end) > MAX_HEAD) throw malformed('its trailers are too large');
    if (end < 0) {
      this.#partial = data;
      return NOTHING;
    }
    this.#partial = NOTHING;
    this.#finish(empty ? [] : readFields(data.toString('latin1', 0, end).split('\r\n')));
    return data.subarray(end + (empty ? 2 : 4));
  }

  #line(chunk: Buffer, limit: number): { line: string; rest: Buffer } | undefined {
    const data = this.#partial.length > 0 ? Buffer.concat([this.#partial, chunk]) : chunk;
    const end = data.indexOf(CRLF);
    if ((end < 0 ? data.length - 1 : end) > limit) throw malformed('a chunk has no size');
    this.#partial = end < 0 ? data : NOTHING;
    if (end < 0) return undefined;
    return { line: data.toString('latin1', 0, end), rest: data.subarray(end + 2) };
  }

  #finish(trailers: string[]): void {
    this.#step = 'idle';
    this.#listener.end(trailers);
  }
}

function readHead(text: string): ResponseHead {
  const lines = text.split('\r\n');
  const first = lines[0] ?? '';
  const match = STATUS_LINE.exec(first);
  if (!match || FORBIDDEN.test(first)) throw malformed('its status line is not HTTP/1');
  lines.shift();
  const head = {
    status: Number(match[2]),
    reason: match[3] ?? '',
    headers: readFields(lines),
    keepAlive: match[1] === '1',
  };
  head.keepAlive = isPersistent(head);
  return head;
}

function isPersistent({ keepAlive, headers }: ResponseHead): boolean {
  for (let i = 0; i < headers.length; i += 2) {
    if (headers[i]?.toLowerCase() !== 'connection') continue;
    const value = headers[i + 1]?.toLowerCase() ?? '';
    if (/(^|,)[ \t]*close[ \t]*(,|$)/.test(value)) return false;
    if (/(^|,)[ \t]*keep-alive[ \t]*(,|$)/.test(value)) return true;
  }
  return keepAlive;
}

function readFields(lines: string[]): string[] {
  const fields: string[] = [];
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = line.slice(0, Math.max(colon, 0));
    if (!NAME.test(name) || FORBIDDEN.test(line)) throw malformed('a header is malformed');
    fields.push(name, line.slice(colon + 1).trim());
  }
  return fields;
}

/** How the body ends: after so many bytes, in chunks, or with the connection. */
function readFraming({ headers }: ResponseHead): number | 'size' | 'until-close' {
  const lengths = valuesOf(headers, 'content-length');
  const encodings = valuesOf(headers, 'transfer-encoding');
  if (encodings.length > 0) return readEncoding(encodings, lengths);
  const [length] = lengths;
  if (length === undefined) return 'until-close';
  if (lengths.some((other) => other !== length)) throw malformed('it has two lengths');
  const size = Number(length);
  if (!/^\d{1,16}$/.test(length) || !Number.isSafeInteger(size)) {
    throw malformed('its length is none');
  }
  return size;
}

function valuesOf(headers: readonly string[], wanted: string): string[] {
  const values: string[] = [];
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i] ?? '';
    // most others differ in length already
    if (name.length === wanted.length && name.toLowerCase() === wanted) {
      values.push(headers[i + 1] ?? '');
    }
  }
  return values;
}

function readEncoding(encodings: readonly string[], lengths: readonly string[]): 'size' {
  if (lengths.length > 0) throw malformed('it has a length and a transfer encoding');
  if (encodings.length > 1) throw malformed('it has two transfer encodings');
  if (encodings[0]?.toLowerCase() !== 'chunked') {
    throw malformed('its transfer encoding is unknown');
  }
  return 'size';
}

function malformed(detail: string): AppError {
  return new AppError('unavailable', `The app's answer cannot be read: ${detail}.`, {
    reason: 'MalformedAnswer',
  });
}
