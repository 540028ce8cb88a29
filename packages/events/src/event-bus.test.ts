import { expect, test } from 'vitest';
import { createEventBus } from './event-bus.ts';

const state = (message: string): { connected: boolean; message: string } => ({
  connected: true,
  message,
});

test('delivers what is published after the subscription, in order', async () => {
  const bus = createEventBus();
  const end = new AbortController();
  bus.publish('engine.state', state('before'));
  const events = bus.subscribe('engine.state', { signal: end.signal });
  bus.publish('engine.state', state('one'));
  bus.publish('engine.state', state('two'));
  const seen: string[] = [];
  for await (const event of events) {
    seen.push(event.message);
    if (seen.length === 2) end.abort();
  }
  expect(seen).toEqual(['one', 'two']);
});

test('drops and tells a listener that falls behind, and nobody else', async () => {
  const bus = createEventBus();
  const { signal } = new AbortController();
  const slow = bus.subscribe('engine.state', { signal, limit: 1 })[Symbol.asyncIterator]();
  const other = bus.subscribe('engine.state', { signal })[Symbol.asyncIterator]();
  bus.publish('engine.state', state('one'));
  bus.publish('engine.state', state('two'));
  await expect(slow.next()).rejects.toMatchObject({ code: 'unavailable' });
  expect(await slow.next()).toEqual({ value: undefined, done: true });
  expect((await other.next()).value).toEqual(state('one'));
});

test('ends a waiting reader when its signal aborts', async () => {
  const end = new AbortController();
  const events = createEventBus().subscribe('engine.state', { signal: end.signal });
  const waiting = events[Symbol.asyncIterator]().next();
  end.abort();
  expect(await waiting).toEqual({ value: undefined, done: true });
});

test('is over at once when the signal is aborted already', async () => {
  const events = createEventBus().subscribe('engine.state', { signal: AbortSignal.abort() });
  const seen: unknown[] = [];
  for await (const event of events) seen.push(event);
  expect(seen).toEqual([]);
});
