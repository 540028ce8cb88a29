import type { DeploymentRef } from '@davit/domain';
import type { Platform, PlatformScope } from '@davit/platform';
import { requireScope } from '@davit/records';
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
  router.get('/api/davit/v1/engine', (_req, res) => {
    requireScope(requireAuth(res), '@platform:status');
    sendJson(res, 200, { ...platform.engine(), version });
  });
  const limit = new StreamLimit();
  router.get(`${PROJECT}/status/stream`, async (req, res) => {
    const request = requestInfo(req, res);
    const projectId = String(req.params.project);
    requireScope(request.auth, '@platform:status');
    await platform.authorizeProject(request.auth, projectId);
    const release = limit.take(request.auth?.record.id ?? '');
    try {
      await streamProject({ res, request, projectId, platform });
    } finally {
      release();
    }
  });
  addReads(router, { platform, limit });
  addActions(router, platform);
  return router;
}

const PROJECT = '/api/davit/v1/projects/:project';
const DEPLOYMENT = `${PROJECT}/deployments/:deployment`;

type On = (scope: PlatformScope, handle: (call: Call) => Promise<void>) => RequestHandler;

/** Whoever comes may see the deployment, and their key allows what they want of it. */
function guarded(platform: Platform): On {
  return (scope, handle) => async (req, res) => {
    const request = requestInfo(req, res);
    const ref = refOf(req);
    requireScope(request.auth, scope);
    await platform.authorize(request.auth, ref);
    await handle({ req, res, request, ref, signal: closeSignal(res) });
  };
}

function addReads(
  router: Router,
  { platform, limit }: { platform: Platform; limit: StreamLimit },
): void {
  const on = guarded(platform);
  const stream = (scope: PlatformScope, run: (stream: Stream) => Promise<void>): RequestHandler =>
    on(scope, async ({ res, request, ref }) => {
      const release = limit.take(request.auth?.record.id ?? '');
      try {
        await run({ res, request, ref, platform });
      } finally {
        release();
      }
    });
  const json = (scope: PlatformScope, read: (call: Call) => Promise<unknown>): RequestHandler =>
    on(scope, async (call) => sendJson(call.res, 200, await read(call)));

  router.get(
    `${DEPLOYMENT}/status`,
    json('@platform:status', ({ ref }) => platform.status(ref)),
  );
  router.get(`${DEPLOYMENT}/status/stream`, stream('@platform:status', streamStatus));
  router.get(
    `${DEPLOYMENT}/events`,
    json('@platform:events', async ({ ref, signal }) => ({
      items: await Array.fromAsync(platform.events(ref, { follow: false, signal })),
    })),
  );
  router.get(
    `${DEPLOYMENT}/metrics`,
    json('@platform:status', async ({ ref, signal }) => ({
      items: await platform.metrics(ref, signal),
    })),
  );
  router.get(`${DEPLOYMENT}/events/stream`, stream('@platform:events', streamEvents));
  router.get(
    `${DEPLOYMENT}/logs`,
    on('@platform:logs', ({ ref, request, res, signal }) =>
      writeLogs(res, platform.logs(ref, { ...logQuery(request), follow: false, signal })),
    ),
  );
  router.get(`${DEPLOYMENT}/logs/stream`, stream('@platform:logs', streamLogs));
}

function addActions(router: Router, platform: Platform): void {
  const on = guarded(platform);
  const action = (scope: PlatformScope, run: (call: Call) => Promise<void>): RequestHandler =>
    on(scope, async (call) => {
      await run(call);
      sendNoContent(call.res);
    });

  router.post(
    `${DEPLOYMENT}/restart`,
    action('@platform:restart', ({ ref, request, signal }) =>
      platform.restart(ref, { request, signal }),
    ),
  );
  router.delete(
    `${DEPLOYMENT}/instances/:instance`,
    action('@platform:restart', ({ ref, req, request, signal }) => {
      const instance = instanceName(String(req.params.instance));
      return platform.removeInstance(ref, { instance, request, signal });
    }),
  );
  router.post(
    `${DEPLOYMENT}/adopt`,
    on('@platform:deploy', async ({ ref, request, res }) =>
      sendJson(res, 200, await platform.adopt(ref, request)),
    ),
  );
  router.post(
    `${DEPLOYMENT}/revert`,
    action('@platform:deploy', ({ ref, request, signal }) =>
      platform.revert(ref, { request, signal }),
    ),
  );
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
