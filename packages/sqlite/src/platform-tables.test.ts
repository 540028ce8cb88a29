import Sqlite from 'better-sqlite3';
import { beforeEach, expect, test } from 'vitest';
import { PLATFORM_TABLES, PlatformTables } from './platform-tables.ts';

let tables: PlatformTables;

beforeEach(() => {
  const connection = new Sqlite(':memory:');
  connection.exec(PLATFORM_TABLES);
  tables = new PlatformTables(connection);
});

test('makes the installation id once', () => {
  const id = tables.installationId();
  expect(id).toMatch(/^[0-9a-f]{16}$/);
  expect(tables.installationId()).toBe(id);
});

test('replaces all secrets of a rollout', () => {
  tables.putSecrets('r1', [
    { name: 'env:A', sealed: 'x' },
    { name: 'pull', sealed: 'y' },
  ]);
  tables.putSecrets('r2', [{ name: 'env:A', sealed: 'other' }]);
  tables.putSecrets('r1', [{ name: 'env:B', sealed: 'z' }]);
  expect(tables.secrets('r1')).toEqual([{ name: 'env:B', sealed: 'z' }]);
  tables.deleteSecrets('r1');
  expect(tables.secrets('r1')).toEqual([]);
  expect(tables.secrets('r2')).toHaveLength(1);
});

test('keeps one tombstone a deployment, and never takes back that data may go', () => {
  tables.putTombstone({ projectId: 'p', deploymentId: 'd', deleteData: true });
  tables.putTombstone({ projectId: 'p', deploymentId: 'd', deleteData: false });
  tables.putTombstone({ projectId: 'p', deleteData: false });
  expect(tables.tombstones()).toEqual([
    { projectId: 'p', deleteData: false },
    { projectId: 'p', deploymentId: 'd', deleteData: true },
  ]);
  tables.deleteTombstone({ projectId: 'p', deleteData: false });
  expect(tables.tombstones()).toHaveLength(1);
});
