import { systemClock } from '@davit/controller';
import type { RolloutObservation } from '@davit/domain';
import { expect, test, vi } from 'vitest';
import { StatusBoard } from './status-board.ts';

function aBoard(): { board: StatusBoard; changed: string[]; told: string[] } {
  const changed: string[] = [];
  const told: string[] = [];
  const board = new StatusBoard({
    clock: systemClock,
    bus: {
      publish: (_name, event) => {
        if ('deploymentId' in event) told.push(event.deploymentId);
      },
      subscribe: () => {
        throw new Error('nobody listens');
      },
    },
    onChange: ({ deploymentId }) => changed.push(deploymentId),
  });
  return { board, changed, told };
}

const refOf = (deploymentId: string): { projectId: string; deploymentId: string } => ({
  projectId: 'pro',
  deploymentId,
});
const observation: RolloutObservation = {
  ...refOf('a'),
  rolloutId: 'r1',
  phase: 'Running',
  reason: '',
  message: '',
  replicas: { desired: 1, updated: 1, ready: 1 },
  instances: [],
  urls: [],
  status: {},
};

test('is certain of nothing after a restart, until the engine told what it holds', () => {
  const { board, changed } = aBoard();
  board.want(refOf('a'), 'r1');
  board.want(refOf('b'), 'r2');
  expect(board.isCertain(refOf('a'))).toBe(false);
  board.observe(observation);
  expect(board.isCertain(refOf('a'))).toBe(true);
  expect(board.isCertain(refOf('b'))).toBe(false);
  changed.length = 0;
  board.connection(true, '');
  expect(board.isCertain(refOf('b'))).toBe(true);
  expect(changed).toEqual(['a', 'b']);
});

test('tells of all deployments in portions that no listener has to drop', async () => {
  const { board, told } = aBoard();
  const names = Array.from({ length: 1500 }, (_, index) => String(index));
  for (const name of names) board.want(refOf(name), 'r1');
  told.length = 0;
  board.connection(true, '');
  expect(told.length).toBeLessThan(1000);
  await vi.waitFor(() => expect(told).toHaveLength(names.length), { timeout: 10_000 });
});
