import type { CertificateSource, Clock, EdgePort, Logger, SecretBox } from '@davit/domain';
import type { DockerApi } from '../docker-api.ts';
import type { EventLog } from './event-log.ts';
import type { RoutePublisher } from './route-publisher.ts';
import type { StateFile } from './state-file.ts';

/** Asks an instance once whether it can take requests; throws only what the signal throws. */
export type Probe = (
  address: string,
  options: { timeout: number; signal: AbortSignal },
) => Promise<{ healthy: boolean; detail: string }>;

export interface DriverTimes {
  /** until instances that are not healthy count as failed */
  deadlineMs: number;
  /** how long open requests of a removed instance may go on */
  drainMs: number;
  /** how long requests wait while instances with volumes are replaced */
  holdMs: number;
  /** from SIGTERM to SIGKILL */
  stopSeconds: number;
  /** an instance without a port is ready once it has run so long */
  stableMs: number;
  /** how often Docker is compared with what is known, beside its events */
  resyncMs: number;
  /** how often the edge is asked whether it still has the routes */
  edgeMs: number;
}

/** How apps are served over HTTPS. */
export interface HttpsOptions {
  certificates: CertificateSource;
  /** behind the host in URLs, for instance `:8443` */
  urlPort: string;
}

/** What every part of the driver works with. */
export interface DriverContext {
  docker: DockerApi;
  installationId: string;
  clock: Clock;
  logger: Logger;
  edge: EdgePort;
  probe: Probe;
  box: SecretBox;
  file: StateFile;
  routes: RoutePublisher;
  log: EventLog;
  subnets: string;
  /** absent: the edge serves plain HTTP alone */
  https: HttpsOptions | undefined;
  times: DriverTimes;
}
