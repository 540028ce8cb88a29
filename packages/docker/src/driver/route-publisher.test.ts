import { AppError } from '@davit/domain';
import type { EdgePort, RouteTable } from '@davit/domain';
import { beforeEach, expect, test } from 'vitest';
import type { DriverState } from './driver-state.ts';
import { RoutePublisher } from './route-publisher.ts';
import type { StateFile } from './state-file.ts';

const signal = new AbortController().signal;
let puts: RouteTable[];
let table: RouteTable;
let away: boolean;
let state: DriverState;
let publisher: RoutePublisher;

/** The rules of a real edge, without one. */
const edge: EdgePort = {
  put(next) {
    if (away) return Promise.reject(new AppError('unavailable', 'away'));
    const same = JSON.stringify(next.routes) === JSON.stringify(table.routes);
    if (next.generation < table.generation || (next.generation === table.generation && !same)) {
      return Promise.reject(new AppError('conflict', 'older'));
    }
    if (next.generation > table.generation) puts.push(structuredClone(next));
    table = structuredClone(next);
    return Promise.resolve({ generation: next.generation });
  },
  inForce: () =>
    Promise.resolve({
      generation: table.generation,
      listens: { http: [], https: [] },
      targets: [],
      apps: [],
      problems: [],
    }),
};

beforeEach(() => {
  puts = [];
  away = false;
  table = { generation: 0, routes: [] };
  state = { version: 1, salt: '', generation: 0, deployments: {}, removals: {}, projects: {} };
  renew();
});

function renew(): void {
  const file = {
    state,
    update: (change: (state: DriverState) => void) => Promise.resolve(change(state)),
  } as unknown as StateFile;
  publisher = new RoutePublisher({ edge, file, drainMs: 1, holdMs: 1 });
}

function want(...hosts: string[]): void {
  const app = { projectId: 'p', deploymentId: 'd' };
  const routes = hosts.map((host) => ({
    ...{ id: host, host, path: '/', app, targets: [] },
    state: 'active' as const,
  }));
  state.deployments['p/d'] = { ...app, since: 1, routes } as never;
}

test('puts a table only when the routes changed', async () => {
  want('a');
  await Promise.all([publisher.publish(signal), publisher.publish(signal)]);
  await publisher.publish(signal);
  expect(puts).toHaveLength(1);
  want('a', 'b');
  await publisher.publish(signal);
  expect(table).toMatchObject({ generation: 2, routes: [{ host: 'a' }, { host: 'b' }] });
});

test('changes nothing after a restart', async () => {
  want('a');
  await publisher.publish(signal);
  renew();
  await publisher.publish(signal);
  expect(puts).toHaveLength(1);
});

test('wins over an edge that is ahead', async () => {
  table = { generation: 41, routes: [] };
  want('a');
  await publisher.publish(signal);
  expect(table).toMatchObject({ generation: 42, routes: [{ host: 'a' }] });
});

test('brings back a table the edge has lost', async () => {
  want('a');
  await publisher.publish(signal);
  table = { generation: 0, routes: [] };
  await publisher.verify(signal);
  expect(table.routes).toMatchObject([{ host: 'a' }]);
});

test('says that the edge is away, and tries the same again', async () => {
  want('a');
  away = true;
  const error = { code: 'unavailable', reason: 'EdgeUnavailable' };
  await expect(publisher.publish(signal)).rejects.toMatchObject(error);
  away = false;
  await publisher.publish(signal);
  expect(table.routes).toMatchObject([{ host: 'a' }]);
});
