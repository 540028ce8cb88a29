import { connect } from 'node:net';

// The load generator, a process of its own: forked, it answers each job with its figures.

export interface GeneratedRequest {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  path: string;
  token?: string | undefined;
  body?: object | undefined;
}

export interface Job {
  port: number;
  /** sent in turn, from the start again when there are fewer than `count` */
  requests: GeneratedRequest[];
  count: number;
  concurrency: number;
  /** none starts later than this many milliseconds after the first */
  limit: number;
  /** sent all at once at the start, and not counted */
  background: GeneratedRequest[];
}

export interface LoadFigures {
  /** requests answered a second */
  rate: number;
  /** answers other than 2xx, and connections that brought none */
  failed: number;
}

process.on('message', (job: Job) => {
  void run(job).then((figures) => process.send?.(figures));
});

async function run({
  port,
  requests,
  count,
  concurrency,
  limit,
  background,
}: Job): Promise<LoadFigures> {
  const messages = requests.map(encode);
  const beside = background.map((request) => exchange(port, encode(request)));
  const begin = performance.now();
  let [next, answered, failed] = [0, 0, 0];
  const work = async (): Promise<void> => {
    while (next < count && performance.now() - begin < limit) {
      const message = messages[next++ % messages.length];
      const status = await exchange(port, message ?? Buffer.alloc(0));
      answered++;
      if (status < 200 || status > 299) failed++;
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  const seconds = (performance.now() - begin) / 1000;
  for (const status of await Promise.all(beside)) if (status < 200 || status > 299) failed++;
  return { rate: answered / seconds, failed };
}

function encode({ method, path, token, body }: GeneratedRequest): Buffer {
  const text = body ? JSON.stringify(body) : '';
  const head = [
    `${method} ${path} HTTP/1.1`,
    'Host: bench',
    'Connection: close',
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(text)}`,
    ...(token ? [`Authorization: ${token}`] : []),
  ];
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${text}`);
}

/** A connection for one request, as the original workload does it. The status, 0 where there was none. */
function exchange(port: number, message: Buffer): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>();
  let status = 0;
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  socket.on('data', (chunk) => {
    if (status === 0) status = Number(chunk.toString('latin1', 9, 12));
  });
  socket.on('error', () => undefined);
  socket.on('close', () => resolve(status));
  socket.write(message);
  return promise;
}
