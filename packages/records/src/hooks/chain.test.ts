import { expect, test } from 'vitest';
import { HookChain } from './chain.ts';

interface Event {
  seen: string[];
  next(): Promise<void> | void;
}
type Async = Promise<void> | void;

function around(name: string): (event: Event) => Promise<void> {
  return async (event) => {
    event.seen.push(`${name} in`);
    await event.next();
    event.seen.push(`${name} out`);
  };
}

test('runs handlers by priority, then in order of registration, around the last step', async () => {
  const chain = new HookChain<Event, Async>('test');
  chain.add(around('second'));
  chain.add(around('third'));
  chain.add(around('first'), { priority: -1 });
  const seen: string[] = [];
  await chain.run({ seen }, [], () => void seen.push('work'));
  expect(seen).toEqual([
    'first in',
    'second in',
    'third in',
    'work',
    'third out',
    'second out',
    'first out',
  ]);
});

test('runs tagged handlers only for their collections', async () => {
  const chain = new HookChain<Event, Async>('test');
  chain.add(around('posts'), { tags: ['posts'] });
  chain.add(around('users'), { tags: ['users'] });
  const seen: string[] = [];
  await chain.run({ seen }, ['pbc_1', 'posts'], () => undefined);
  expect(seen).toEqual(['posts in', 'posts out']);
});

test('stops where a handler does not continue', async () => {
  const chain = new HookChain<Event, Async>('test');
  chain.add(({ seen }) => void seen.push('stop'));
  chain.add(around('never'));
  const seen: string[] = [];
  await chain.run({ seen }, [], () => void seen.push('work'));
  expect(seen).toEqual(['stop']);
});

test('replaces a handler of the same id and removes by id', async () => {
  const chain = new HookChain<Event, Async>('test');
  chain.add(around('old'), { id: 'mine' });
  expect(chain.add(around('new'), { id: 'mine' })).toBe('mine');
  const seen: string[] = [];
  await chain.run({ seen }, [], () => undefined);
  expect(seen).toEqual(['new in', 'new out']);
  expect(chain.remove('mine')).toBe(true);
  expect(chain.remove('mine')).toBe(false);
});

test('goes on once, however often a handler asks', async () => {
  const chain = new HookChain<Event, Async>('test');
  chain.add(async (event) => {
    await event.next();
    await event.next();
  });
  const seen: string[] = [];
  await chain.run({ seen }, [], () => void seen.push('work'));
  expect(seen).toEqual(['work']);
});

test('a replaced handler keeps its place', async () => {
  const chain = new HookChain<Event, Async>('test');
  chain.add(around('first'), { id: 'a' });
  chain.add(around('second'));
  chain.add(around('new first'), { id: 'a' });
  const seen: string[] = [];
  await chain.run({ seen }, [], () => undefined);
  expect(seen.slice(0, 2)).toEqual(['new first in', 'second in']);
  chain.clear();
  expect(chain.size).toBe(0);
});
