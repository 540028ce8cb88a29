import { AppError } from '@davit/domain';
import { httpFetch, httpRequest } from './http-request.ts';
import type { HttpRequest } from './http-request.ts';
import { encode, signRequest } from './sign-request.ts';

export interface S3Options {
  endpoint: string;
  bucket: string;
  region: string;
  accessKey: string;
  secret: string;
  /** the bucket is part of the path instead of the host */
  forcePathStyle: boolean;
  fetch?: (url: URL, request: HttpRequest) => Promise<Response>;
  now?: () => Date;
  /** longest one request may take, and longest silence in an answer; default 60 s */
  timeoutMs?: number;
}

export interface S3Request {
  key?: string;
  query?: Record<string, string>;
  headers?: Record<string, string>;
  body?: Uint8Array;
}

export interface S3Object {
  key: string;
  size: number;
  /** milliseconds since the epoch */
  modified: number;
}

const NOTHING = new Uint8Array();
const TIMEOUT_MS = 60_000;

/** Signed requests to one bucket. Errors: `not_found`, `unavailable` (not reached, or refused: see `cause`). */
export class S3Client {
  readonly #options: S3Options;

  constructor(options: S3Options) {
    this.#options = options;
  }

  /** The answer is read whole within the time. */
  async send(method: string, request: S3Request): Promise<Response> {
    const { fetch: send = httpFetch } = this.#options;
    const signal = AbortSignal.timeout(this.#timeoutMs);
    const response = await send(...this.#signed(method, request, signal)).catch(unreachable);
    if (response.ok) return response;
    throw refusal(response.status, await response.text());
  }

  /** The answer may take as long as it likes while bytes come. */
  async *stream(key: string, headers: Record<string, string> = {}): AsyncGenerator<Uint8Array> {
    const silence = new AbortController();
    const stop = (): void => silence.abort(new Error('the file storage fell silent'));
    let timer = setTimeout(stop, this.#timeoutMs);
    try {
      const request = this.#signed('GET', { key, headers }, silence.signal);
      const answer = await httpRequest(...request).catch(unreachable);
      const status = answer.statusCode ?? 0;
      if (status !== 200 && status !== 206)
        throw refusal(status, (await answer.toArray()).join(''));
      for await (const chunk of answer) {
        clearTimeout(timer);
        timer = setTimeout(stop, this.#timeoutMs);
        yield chunk as Buffer;
      }
    } catch (cause) {
      if (AppError.is(cause)) throw cause;
      unreachable(cause);
    } finally {
      clearTimeout(timer);
    }
  }

  /** What is below a prefix; `delimiter` leaves out what lies deeper. */
  async *list(prefix: string, delimiter = ''): AsyncGenerator<S3Object> {
    let token: string | undefined;
    do {
      const query = {
        ...(token !== undefined && { 'continuation-token': token }),
        ...(delimiter !== '' && { delimiter }),
        'list-type': '2',
        prefix,
      };
      const text = await (await this.send('GET', { query })).text();
      for (const [, entry = ''] of text.matchAll(/<Contents>([\s\S]*?)<\/Contents>/g)) {
        yield {
          key: xmlText(entry, 'Key') ?? '',
          size: Number(xmlText(entry, 'Size') ?? 0),
          modified: Date.parse(xmlText(entry, 'LastModified') ?? '') || 0,
        };
      }
      token = xmlText(text, 'NextContinuationToken');
    } while (token !== undefined && token !== '');
  }

  get #timeoutMs(): number {
    return this.#options.timeoutMs ?? TIMEOUT_MS;
  }

  #signed(
    method: string,
    { key = '', query = {}, headers = {}, body }: S3Request,
    signal: AbortSignal,
  ): [URL, HttpRequest] {
    const { now = () => new Date() } = this.#options;
    const url = this.#url(key, query);
    const own = { 'accept-encoding': 'identity', ...headers };
    const unsigned = { method, url, headers: own, body: body ?? NOTHING };
    const signed = signRequest(unsigned, this.#options, now());
    return [url, { method, headers: signed, signal, ...(body && { body }) }];
  }

  #url(key: string, query: Record<string, string>): URL {
    const { endpoint, bucket, forcePathStyle } = this.#options;
    const url = new URL(endpoint.includes('://') ? endpoint : `https://${endpoint}`);
    if (!forcePathStyle) url.host = `${bucket}.${url.host}`;
    const path = key.split('/').map(encode).join('/');
    url.pathname = forcePathStyle ? `/${encode(bucket)}/${path}` : `/${path}`;
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    return url;
  }
}

const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** The text of the first element of that name. */
export function xmlText(xml: string, name: string): string | undefined {
  const [, text] = new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml) ?? [];
  return text?.replace(/&(\w+);/g, (entity, known: string) => ENTITIES[known] ?? entity);
}

function unreachable(cause: unknown): never {
  throw new AppError('unavailable', 'The file storage cannot be reached.', { cause });
}

function refusal(status: number, text: string): AppError {
  const words = [xmlText(text, 'Code'), xmlText(text, 'Message')].filter(Boolean).join(': ');
  const cause = new Error(`${status} ${words || text.slice(0, 300)}`.trim());
  if (status === 404 && !words.includes('NoSuchBucket')) {
    return new AppError('not_found', 'The file was not found.', { cause });
  }
  return new AppError('unavailable', 'The file storage refused the request.', { cause });
}
