export { metricsListener } from './metrics/metrics-doors.ts';
export { processMetrics } from './metrics/process-metrics.ts';
export { ServerMetrics } from './metrics/server-metrics.ts';
export type { MetricSource } from './metrics/server-metrics.ts';
export { createApp } from './app.ts';
export { messageClasses } from './message-classes.ts';
export type { MessageClasses } from './message-classes.ts';
export type { AppOptions } from './app.ts';
export type { Express as App } from 'express';
export { platformRouter } from './platform/router.ts';
export {
  onlyGuests,
  onlySameCollection,
  onlySignedIn,
  onlySuperusers,
  onlySuperusersOrOwner,
} from './middleware/route-guards.ts';
export { collectionJson } from './records/collection-json.ts';
