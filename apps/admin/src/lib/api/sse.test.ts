import { expect, test } from 'vitest';
import { createFrameParser } from './sse.ts';

test('keeps a frame that comes in pieces', () => {
  const parse = createFrameParser();
  expect(parse('id: 1\nevent: st')).toEqual([]);
  expect(parse('atus\ndata: {"a":1}\n\nda')).toEqual([
    { id: '1', event: 'status', data: '{"a":1}' },
  ]);
  expect(parse('ta: x\n\n')).toEqual([{ id: '', event: 'message', data: 'x' }]);
});

test('joins data lines and skips comments', () => {
  expect(createFrameParser()(':\n\ndata: a\r\ndata: b\r\n\r\n')).toEqual([
    { id: '', event: 'message', data: 'a\nb' },
  ]);
});
