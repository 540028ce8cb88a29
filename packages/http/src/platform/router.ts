import { AppError } from '@davit/domain';
import type { DeploymentRef } from '@davit/domain';
import type { Platform } from '@davit/platform';
import type { RequestInfo } from '@davit/records';
import { Router } from 'express';
import type { Request, Response } from 'express';
import { instanceParam, logQuery } from './params.ts';
import { StreamLimit } from './stream-limit.ts';
import { streamEvents, streamLogs, streamStatus, writeLogs } from './streams.ts';
import type { Stream } from './streams.ts';

export interface PlatformRouterOptions {
  platform: Platform;
  /** The parsed request with its caller. */
  requestInfo(req: Request): RequestInfo | Promise<RequestInfo>;
  version: string;
}

const DEPLOYMENT = '/projects/:project/deployments/:deployment';

/** `/api/davit/v1`: what can be seen of and done with deployments beyond their records. */
export function platformRouter(options: PlatformRouterOptions): Router {
  const { platform, version } = options;
  const router = Router();
  const limit = new StreamLimit();

  const on = (handle: (call: Call) => Promise<void>) => async (req: Request, res: Response) => {
    const request = await options.requestInfo(req);
    const ref = refOf(req);
    await platform.authorize(request.auth, ref);
    await handle({ req, res, request, ref, signal: closeSignal(res) });
  };
  const stream = (run: (stream: Stream) => Promise<void>) =>
    on(async ({ req, res, request, ref }) => {
      const release = limit.take(request.auth?.record.id ?? '');
      try {
        await run({ req, res, request, ref, platform });
      } finally {
        release();
      }
    });

  router.get('/engine', async (req, res) => {
    const { auth } = await options.requestInfo(req);
    if (!auth) throw new AppError('unauthenticated', 'Missing or invalid authentication.');
    res.json({ ...platform.engine(), version });
  });
  router.get(
    `${DEPLOYMENT}/status`,
    on(async ({ ref, res }) => void res.json(await platform.status(ref))),
  );
  router.get(`${DEPLOYMENT}/status/stream`, stream(streamStatus));
  router.get(
    `${DEPLOYMENT}/events`,
    on(async ({ ref, res, signal }) => {
      const items = await Array.fromAsync(platform.events(ref, { follow: false, signal }));
      res.json({ items });
    }),
  );
  router.get(`${DEPLOYMENT}/events/stream`, stream(streamEvents));
  router.get(
    `${DEPLOYMENT}/logs`,
    on(({ ref, req, res, signal }) =>
      writeLogs(res, platform.logs(ref, { ...logQuery(req), follow: false, signal })),
    ),
  );
  router.get(`${DEPLOYMENT}/logs/stream`, stream(streamLogs));
  router.post(
    `${DEPLOYMENT}/restart`,
    on(async ({ ref, res, signal }) => {
      await platform.restart(ref, signal);
      res.status(204).end();
    }),
  );
  router.delete(
    `${DEPLOYMENT}/instances/:instance`,
    on(async ({ ref, req, res, signal }) => {
      await platform.removeInstance(ref, { instance: instanceParam(req), signal });
      res.status(204).end();
    }),
  );
  router.post(
    `${DEPLOYMENT}/adopt`,
    on(async ({ ref, request, res }) => void res.json(await platform.adopt(ref, request))),
  );
  router.post(
    `${DEPLOYMENT}/revert`,
    on(async ({ ref, res, signal }) => {
      await platform.revert(ref, signal);
      res.status(204).end();
    }),
  );
  return router;
}

interface Call {
  req: Request;
  res: Response;
  request: RequestInfo;
  ref: DeploymentRef;
  /** aborts when the client leaves before the answer */
  signal: AbortSignal;
}

function refOf(req: Request): DeploymentRef {
  return {
    projectId: String(req.params.project),
    deploymentId: String(req.params.deployment),
  };
}

function closeSignal(res: Response): AbortSignal {
  const closed = new AbortController();
  res.on('close', () => closed.abort());
  return closed.signal;
}
