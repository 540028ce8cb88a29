import type { FileStore, Logger, Thumbnails } from '@davit/domain';
import type { Maintenance, Records, Settings } from '@davit/records';
import express from 'express';
import type { Express, Router } from 'express';
import { apiKeysRouter } from './api-keys/api-keys-router.ts';
import { auditRouter } from './audit/audit-router.ts';
import { backupsRouter } from './backups/backups-router.ts';
import { batchRouter } from './batch/batch-router.ts';
import { collectionRoutes } from './collection-routes.ts';
import { cronsRouter } from './crons/crons-router.ts';
import { errorResponse } from './error-response.ts';
import { filesRouter } from './files/files-router.ts';
import { RateLimiter } from './limits/rate-limiter.ts';
import { scheduleCleanUp } from './limits/schedule-clean-up.ts';
import { logRequests } from './logs/log-requests.ts';
import { logsRouter } from './logs/logs-router.ts';
import { metricsRouter } from './metrics/metrics-doors.ts';
import type { ServerMetrics } from './metrics/server-metrics.ts';
import { cleanPath } from './middleware/clean-path.ts';
import { cors } from './middleware/cors.ts';
import { everyRequest } from './middleware/every-request.ts';
import { limitByPath } from './middleware/limit-by-path.ts';
import { loadApiAuth, loadAuth } from './middleware/load-auth.ts';
import { notFound } from './middleware/not-found.ts';
import { requestId } from './middleware/request-id.ts';
import { securityHeaders } from './middleware/security-headers.ts';
import { realtimeRouter } from './realtime/realtime-router.ts';
import { accountRouter } from './records/account-router.ts';
import { authRoutes } from './records/auth-routes.ts';
import { collectionsRouter } from './records/collections-router.ts';
import { health } from './records/health.ts';
import { oauth2Router } from './records/oauth2-router.ts';
import { recordsRoutes } from './records/records-routes.ts';
import { testMailRouter } from './records/test-mail-router.ts';
import { sqlRouter } from './records/sql-router.ts';
import { settingsRouter } from './settings/settings-router.ts';
import { publicRouter } from './ui/public-router.ts';
import { uiRouter } from './ui/ui-router.ts';

export interface AppOptions {
  records: Records;
  files: FileStore;
  /** absent: pictures are sent in their own size */
  thumbnails?: Thumbnails;
  logger: Logger;
  /** absent: no log, crons and backups */
  maintenance?: Maintenance;
  /** who may call from a browser; default `*` */
  origins?: readonly string[];
  /** Davit's own endpoints, below /api/davit/v1 */
  platform?: Router;
  /** absent: nothing is counted */
  metrics?: ServerMetrics;
  /** the host's own, tried before the admin UI and the user's site; who asks is known there */
  routes?: Router;
  /** folder of the built admin UI */
  ui?: string;
  /** folder of the user's own site; absent: `/` leads to the admin UI */
  publicDir?: string;
}

/** All doors of the main listener, in the order they are tried. */
export function createApp(options: AppOptions): Express {
  const { records } = options;
  const app = express();
  app.set('case sensitive routing', true);
  app.set('strict routing', true);
  app.set('query parser', false);
  app.set('etag', false);
  app.set('x-powered-by', false);
  const { settings } = records;
  const limiter = new RateLimiter(() => settings.current);
  const trustedProxy = (): Settings['trustedProxy'] => settings.current.trustedProxy;
  const steps = [requestId(trustedProxy)];
  if (options.metrics) steps.push(options.metrics.step());
  if (options.maintenance) {
    steps.push(logRequests(options.maintenance.logs, () => settings.data.logs));
  }
  app.use(everyRequest(steps));
  app.use(cors(options.origins ?? ['*']));
  app.use(securityHeaders());
  app.use(loadApiAuth(records));
  app.use(
    collectionRoutes({ ...recordsRoutes(records, limiter), ...authRoutes(records, limiter) }),
  );
  app.use(accountRouter(records, limiter));
  app.use(filesRouter(records, { files: options.files, thumbnails: options.thumbnails, limiter }));
  app.use(batchRouter(records, limiter));
  app.use('/api', limitByPath(limiter));
  app.get('/api/health', health(options.maintenance?.backups, trustedProxy));
  app.use(oauth2Router(records));
  app.use(testMailRouter(records));
  app.use(collectionsRouter(records));
  app.use(sqlRouter(records));
  app.use(settingsRouter(records));
  app.use(apiKeysRouter(records), auditRouter(records));
  if (options.maintenance) {
    const { logs, crons, backups } = options.maintenance;
    app.use(logsRouter(records, logs), cronsRouter(records, crons));
    app.use(backupsRouter(records, backups));
    scheduleCleanUp(limiter, { crons, records });
  }
  app.use(realtimeRouter(records));
  if (options.platform) app.use(options.platform);
  if (options.metrics) app.use(metricsRouter(records, options.metrics));
  if (options.routes) app.use(loadAuth(records), options.routes);
  app.use(cleanPath());
  // what PocketBase's hosts add to its admin UI: nothing
  app.get('/_/extensions.js', (_req, res) => void res.type('text/javascript').send(''));
  if (options.ui !== undefined) app.use(uiRouter(options.ui));
  if (options.publicDir !== undefined) app.use(publicRouter(options.publicDir));
  else if (options.ui !== undefined) app.get('/', (_req, res) => res.redirect(307, '/_/'));
  app.use(notFound());
  app.use(errorResponse(options.logger));
  return app;
}
