import type { DeploymentRef } from '@davit/domain';
import type { Platform } from '@davit/platform';
import type { RequestInfo } from '@davit/records';
import { Router } from 'express';
import type { Request, RequestHandler, Response } from 'express';
import { requireAuth } from '../guards.ts';
import { sendJson, sendNoContent } from '../json-response.ts';
import { requestInfo } from '../request-info.ts';
import { instanceName, logQuery } from './params.ts';
import { StreamLimit } from './stream-limit.ts';
import { streamEvents, streamLogs, streamProject, streamStatus, writeLogs } from './streams.ts';
import type { Stream } from './streams.ts';

/** One request about one deployment that is the caller's. */
interface Call {
  req: Request;
  res: Response;
  request: RequestInfo;
  ref: DeploymentRef;
  /** aborts when the client leaves before the answer */
  signal: AbortSignal;
}

/** Below `/api/davit/v1`: what can be seen of and done with deployments beyond their records. */
export function platformRouter(platform: Platform, version: string): Router {
  const router = Router();
  router.get('/engine', (_req, res) => {
    requireAuth(res);
    sendJson(res, 200, { ...platform.engine(), version });
  });
  const limit = new StreamLimit();
  router.get('/projects/:project/status/stream', async (req, res) => {
    const request = requestInfo(req, res);
    const projectId = String(req.params.project);
    await platform.authorizeProject(request.auth, projectId);
    const release = limit.take(request.auth?.record.id ?? '');
    try {
      await streamProject({ res, request, projectId, platform });
    } finally {
      release();
    }
  });
  router.use('/projects/:project/deployments/:deployment', deploymentRouter(platform, limit));
  return router;
}

function deploymentRouter(platform: Platform, limit: StreamLimit): Router {
  const router = Router({ mergeParams: true });

  const on =
    (handle: (call: Call) => Promise<void>): RequestHandler =>
    async (req, res) => {
      const request = requestInfo(req, res);
      const ref = refOf(req);
      await platform.authorize(request.auth, ref);
      await handle({ req, res, request, ref, signal: closeSignal(res) });
    };
  const stream = (run: (stream: Stream) => Promise<void>): RequestHandler =>
    on(async ({ res, request, ref }) => {
      const release = limit.take(request.auth?.record.id ?? '');
      try {
        await run({ res, request, ref, platform });
      } finally {
        release();
      }
    });
  const action = (run: (call: Call) => Promise<void>): RequestHandler =>
    on(async (call) => {
      await run(call);
      sendNoContent(call.res);
    });
  const json = (read: (call: Call) => Promise<unknown>): RequestHandler =>
    on(async (call) => sendJson(call.res, 200, await read(call)));

  router.get(
    '/status',
    json(({ ref }) => platform.status(ref)),
  );
  router.get('/status/stream', stream(streamStatus));
  router.get(
    '/events',
    json(async ({ ref, signal }) => ({
      items: await Array.fromAsync(platform.events(ref, { follow: false, signal })),
    })),
  );
  router.get('/events/stream', stream(streamEvents));
  router.get(
    '/logs',
    on(({ ref, request, res, signal }) =>
      writeLogs(res, platform.logs(ref, { ...logQuery(request), follow: false, signal })),
    ),
  );
  router.get('/logs/stream', stream(streamLogs));
  router.post(
    '/restart',
    action(({ ref, signal }) => platform.restart(ref, signal)),
  );
  router.delete(
    '/instances/:instance',
    action(({ ref, req, signal }) => {
      const instance = instanceName(String(req.params.instance));
      return platform.removeInstance(ref, { instance, signal });
    }),
  );
  router.post(
    '/adopt',
    json(({ ref, request }) => platform.adopt(ref, request)),
  );
  router.post(
    '/revert',
    action(({ ref, signal }) => platform.revert(ref, signal)),
  );
  return router;
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
  if (res.closed || res.destroyed) closed.abort();
  return closed.signal;
}
