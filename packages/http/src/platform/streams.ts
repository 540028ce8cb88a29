import { toAppError } from '@davit/domain';
import type { DeploymentRef, LogLine } from '@davit/domain';
import type { DeploymentStatus, Platform } from '@davit/platform';
import type { RequestInfo } from '@davit/records';
import type { Response } from 'express';
import { batches } from './batches.ts';
import { openEventStream } from './event-stream.ts';
import type { EventStream } from './event-stream.ts';
import { logQuery } from './params.ts';

export interface Stream {
  res: Response;
  request: RequestInfo;
  ref: DeploymentRef;
  platform: Platform;
}

export type ProjectStream = Omit<Stream, 'ref'> & { projectId: string };

function run(stream: Stream, source: (events: EventStream) => Promise<void>): Promise<void> {
  const { platform, ref, request } = stream;
  return runUntil(stream.res, source, async () => {
    await platform.stillSignedIn(request.auth);
    await platform.authorize(request.auth, ref);
  });
}

/** Runs `source` into an event stream; a failure after the start arrives as an `error` event. */
async function runUntil(
  res: Response,
  source: (events: EventStream) => Promise<void>,
  stillAllowed: () => Promise<void>,
): Promise<void> {
  const events = openEventStream(res, { stillAllowed });
  try {
    await source(events);
  } catch (error) {
    const { code, message } = toAppError(error);
    await events.send('error', { code, message });
  } finally {
    events.end();
  }
}

/** `status`: the newest one at once, then at every change. */
export function streamStatus(stream: Stream): Promise<void> {
  const { platform, ref } = stream;
  return run(stream, async (events) => {
    const changes = platform.bus.subscribe('rollout.observed', { signal: events.signal });
    await events.send('status', await platform.status(ref));
    for await (const { deploymentId } of changes) {
      if (deploymentId === ref.deploymentId) {
        await events.send('status', await platform.status(ref));
      }
    }
  });
}

/** `status`: one of every deployment of a project at once, then of those that change; without their details. */
export function streamProject(stream: ProjectStream): Promise<void> {
  const { platform, projectId, request } = stream;
  const source = async (events: EventStream): Promise<void> => {
    const changes = platform.bus.subscribe('rollout.observed', { signal: events.signal });
    for (const status of await platform.statuses(projectId)) {
      await events.send('status', withoutDetails(status));
    }
    await events.send('synced', {});
    for await (const ref of changes) {
      if (ref.projectId !== projectId) continue;
      await events.send('status', withoutDetails(await platform.status(ref)));
    }
  };
  return runUntil(stream.res, source, async () => {
    await platform.stillSignedIn(request.auth);
    await platform.authorizeProject(request.auth, projectId);
  });
}

function withoutDetails({ projectId, deploymentId, rolloutId, ...rest }: DeploymentStatus): object {
  const { phase, reason, message, replicas, urls, observedAt, stale } = rest;
  const told = { phase, reason, message, replicas, urls, observedAt, stale };
  return { projectId, deploymentId, rolloutId, ...told };
}

/** `event`: those that are kept, then new ones. */
export function streamEvents(stream: Stream): Promise<void> {
  return run(stream, async (events) => {
    const source = stream.platform.events(stream.ref, { follow: true, signal: events.signal });
    for await (const event of source) await events.send('event', event, event.id);
  });
}

/** `line`: a list of log lines; the id is the last one's time, from where a reconnect goes on. */
export function streamLogs(stream: Stream): Promise<void> {
  const query = logQuery(stream.request); // refuses before the stream begins
  return run(stream, async (events) => {
    const source = stream.platform.logs(stream.ref, {
      ...query,
      follow: true,
      signal: events.signal,
    });
    for await (const lines of batches(source)) {
      await events.send('line', lines, lines.at(-1)?.time);
    }
  });
}

/** All lines as text, one a line: `time instance text`. */
export async function writeLogs(res: Response, lines: AsyncIterable<LogLine>): Promise<void> {
  res.setHeader('Content-Type', 'text/plain; charset=utf-8');
  for await (const { time, instance, text } of lines) {
    if (!res.write(`${time} ${instance} ${text}\n`)) {
      await new Promise((resolve) => res.once('drain', resolve).once('close', resolve));
    }
  }
  res.end();
}
