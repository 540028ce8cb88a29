import { expect, test } from 'vitest';
import type { Container } from './containers.ts';
import type { DeploymentState } from './driver-state.ts';
import { judge, passOf } from './pass.ts';
import type { Pass } from './pass.ts';

const spec = { image: { registry: 'r', repository: 'x', tag: '1' } };

function aState(state: Partial<DeploymentState> = {}): DeploymentState {
  return {
    ...{ projectId: 'p', deploymentId: 'd', since: 1, generation: 1, rolloutId: 'r', spec },
    ...{ project: { name: '', userId: '', username: '' }, sealed: '' },
    ...{ ready: {}, evicted: [], routes: [] },
    ...state,
  };
}

function aContainer(name: string, hash: string, more: Partial<Container> = {}): Container {
  return {
    ...{ projectId: 'p', deploymentId: 'd', id: name, name, hash, address: '', image: '' },
    ...{ created: 1, status: 'running', startedAt: 'then', exitCode: 0, oomKilled: false },
    ...{ restarts: 0, error: '', intact: true },
    ...more,
  };
}

function look(state: DeploymentState, containers: Container[], leaving: string[] = []): Pass {
  const isLeaving = (name: string): boolean => leaving.includes(name);
  return passOf({ key: 'p/d', state, opened: { secrets: {} }, salt: '', containers, isLeaving });
}
const { hash } = look(aState(), []);
const names = (containers: Container[]): string[] => containers.map(({ name }) => name);
const old = { hash: 'old' };

test('lets the old instances serve until all new ones are ready', () => {
  const two = { ...spec, replicas: 2 };
  const containers = [aContainer('a', 'old'), aContainer('n1', hash), aContainer('n2', hash)];
  const half = aState({ spec: two, serving: old, ready: { a: 'then', n1: 'then' } });
  const first = judge(look(half, containers));
  expect(first).toMatchObject({ takesOver: false, done: false });
  expect(names(first.active)).toEqual(['a']);
  const whole = aState({ spec: two, serving: old, ready: { a: 'then', n1: 'then', n2: 'then' } });
  const second = judge(look(whole, containers));
  expect(second).toMatchObject({ takesOver: true, done: true });
  expect(names(second.active)).toEqual(['n1', 'n2']);
});

test('lets a new one serve at once where nothing else does', () => {
  const two = aState({ spec: { ...spec, replicas: 2 }, serving: old, ready: { n1: 'then' } });
  const containers = [aContainer('a', 'old'), aContainer('n1', hash), aContainer('n2', hash)];
  expect(judge(look(two, containers))).toMatchObject({ takesOver: true, done: false });
});

test('does not count an instance that was started again since it was found healthy', () => {
  const state = aState({ serving: { hash }, ready: { n1: 'before' } });
  expect(judge(look(state, [aContainer('n1', hash)])).active).toEqual([]);
});

test('takes what was tried and never served for a leftover', () => {
  const containers = [aContainer('a', 'old'), aContainer('b', 'tried'), aContainer('n', hash)];
  const pass = look(aState({ serving: old }), containers);
  expect([pass.servers, pass.leftovers, pass.fresh].map(names)).toEqual([['a'], ['b'], ['n']]);
});

test('lets an instance that shall go serve until there is another', () => {
  const state = aState({ serving: { hash }, evicted: ['n1'], ready: { n1: 'then' } });
  const pass = look(state, [aContainer('n1', hash)]);
  expect([pass.servers, pass.fresh].map(names)).toEqual([['n1'], []]);
  expect(names(judge(pass).active)).toEqual(['n1']);
});

test('takes an instance without its network for one that has to be replaced', () => {
  const pass = look(aState({ serving: { hash } }), [aContainer('n1', hash, { intact: false })]);
  expect([pass.servers, pass.fresh].map(names)).toEqual([['n1'], []]);
});

test('adopts what runs where it does not know who served', () => {
  const containers = [aContainer('x', 'stopped', { status: 'exited' }), aContainer('a', 'old')];
  expect(names(look(aState(), containers).servers)).toEqual(['a']);
});

test('lets requests wait between instances that cannot run side by side', () => {
  const state = aState({ spec: { ...spec, rolloutStrategy: 'recreate' }, serving: old });
  const stopped = [aContainer('a', 'old', { status: 'exited' })];
  expect(judge(look(state, stopped)).routeState).toBe('hold');
  expect(judge(look(state, [aContainer('a', 'old')], ['a'])).routeState).toBe('hold');
  expect(judge(look(state, [])).routeState).toBe('active');
});
