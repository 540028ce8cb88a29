import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import {
  type IncomingMessage,
  request as httpRequest,
  type RequestListener,
  type ServerResponse,
} from 'node:http';
import { Agent, createServer, request as httpsRequest } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createAuthority, issueCertificate } from './engines/certificates.ts';
import { readKubeconfig, renderKubeconfig } from './engines/kubeconfig.ts';
import { faultProxy, type FaultProxy, type ProxyTarget } from './fault-proxy.ts';
import { temporaryDirectory } from './temporary-directory.ts';

/** An answer given instead of the target's. */
export interface Answer {
  /** matched against path and query, as sent */
  path: RegExp;
  method?: string | RegExp;
  /** 0 for none at all: the request waits for ever */
  status: number;
  /** an object is sent as JSON */
  body?: string | object;
  headers?: Record<string, string>;
  /** how many requests get it; all where absent */
  times?: number;
  /** how many matching requests are let through first */
  skip?: number;
  /** only each so-manieth of the matching requests; all where absent */
  every?: number;
  /** passes the request on first, and only then answers: the write happened, the answer was lost */
  afterwards?: boolean;
}

export interface AnswerProxy extends FaultProxy {
  /** gives matching requests this answer; the oldest that still applies wins */
  answer(answer: Answer): void;
  /** ends all open watches with the line an API server sends when it has forgotten the version */
  expireWatches(): void;
  /** every request so far, as `METHOD /path?query` */
  readonly requests: readonly string[];
  /** forgets answers and requests */
  clear(): void;
}

/** An API server's 410, as a watch line: also a body for `answer({ path: /watch=/, status: 200, … })`. */
export const WATCH_EXPIRED: string = `${JSON.stringify({
  type: 'ERROR',
  object: { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason: 'Expired', code: 410 },
})}\n`;

/** An HTTPS proxy with a certificate of its own that can answer in a real server's place. */
export async function answerProxy(target: ProxyTarget): Promise<AnswerProxy> {
  const directory = await temporaryDirectory('answers');
  const authority = await createAuthority(directory.path);
  const files = await issueCertificate(authority, 'localhost', ['127.0.0.1', 'localhost']);
  const pair = { cert: readFileSync(files.certificateFile), key: readFileSync(files.keyFile) };
  const middle = new Middle(target.url);
  const server = createServer(pair, middle.handle);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const connection = target.kubeconfig ? readKubeconfig(target.kubeconfig) : undefined;
  const kubeconfig = join(directory.path, 'kubeconfig');
  const own = { authority: authority.certificate, token: connection?.token ?? '', url };
  await writeFile(kubeconfig, renderKubeconfig(own), { mode: 0o600 });
  const front = await faultProxy(connection ? { url, kubeconfig } : { url });
  const closeFront = front[Symbol.asyncDispose].bind(front);
  const close = async (): Promise<void> => {
    await closeFront();
    server.closeAllConnections();
    server.close();
    middle.close();
    await directory[Symbol.asyncDispose]();
  };
  return Object.defineProperties(front, {
    ...Object.getOwnPropertyDescriptors(middle.controls()),
    [Symbol.asyncDispose]: { value: close },
  }) as AnswerProxy;
}

class Middle {
  readonly #target: URL;
  readonly #agent = new Agent({ keepAlive: true, rejectUnauthorized: false });
  readonly #watches = new Set<ServerResponse>();
  #answers: (Answer & { matched: number })[] = [];
  #requests: string[] = [];

  constructor(url: string) {
    this.#target = new URL(url);
  }

  readonly handle: RequestListener = (request, response) => {
    this.#requests.push(`${request.method} ${request.url}`);
    const answer = this.#take(request);
    if (!answer) return this.#forward(request, response);
    if (answer.afterwards) return this.#forward(request, response, answer);
    request.resume();
    send(response, answer);
  };

  controls(): Pick<AnswerProxy, 'answer' | 'expireWatches' | 'requests' | 'clear'> {
    const requests = (): readonly string[] => this.#requests;
    return {
      answer: (answer) => void this.#answers.push({ ...answer, matched: 0 }),
      expireWatches: () => {
        for (const watch of this.#watches) watch.end(WATCH_EXPIRED);
      },
      get requests() {
        return requests();
      },
      clear: () => {
        this.#answers = [];
        this.#requests = [];
      },
    };
  }

  close(): void {
    this.#agent.destroy();
  }

  #take({ method, url = '' }: IncomingMessage): Answer | undefined {
    const answer = this.#answers.find((one) => {
      const { every = 1, path, skip = 0, times } = one;
      if (times === 0 || !isOf(one.method, method) || !path.test(url)) return false;
      one.matched += 1;
      return one.matched > skip && (one.matched - skip) % every === 0;
    });
    if (answer?.times !== undefined) answer.times -= 1;
    return answer;
  }

  #forward(request: IncomingMessage, response: ServerResponse, instead?: Answer): void {
    const secure = this.#target.protocol === 'https:';
    const onward = (secure ? httpsRequest : httpRequest)({
      host: this.#target.hostname,
      port: this.#target.port,
      method: request.method,
      path: request.url,
      headers: { ...request.headers, host: this.#target.host },
      ...(secure ? { agent: this.#agent } : {}),
    });
    onward.on('response', (answer) => {
      if (instead) return void answer.resume().on('end', () => send(response, instead));
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      response.flushHeaders();
      answer.pipe(response);
      answer.on('error', () => response.destroy());
      if (/[?&]watch=(true|1)/.test(request.url ?? '')) this.#watches.add(response);
    });
    onward.on('error', () => response.destroy());
    response.on('close', () => {
      this.#watches.delete(response);
      onward.destroy();
    });
    request.pipe(onward);
  }
}

function isOf(wanted: Answer['method'], method = ''): boolean {
  if (wanted === undefined) return true;
  return typeof wanted === 'string' ? wanted === method : wanted.test(method);
}

function send(response: ServerResponse, { status, body = '', headers }: Answer): void {
  if (status === 0) return;
  const isText = typeof body === 'string';
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(isText ? body : JSON.stringify(body));
}
