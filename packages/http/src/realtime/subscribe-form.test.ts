import { expect, test } from 'vitest';
import type { JsonObject } from '@davit/domain';
import { parseSubscribe } from './subscribe-form.ts';

const BLANK = { code: 'validation_required', message: 'Cannot be blank.' };
const tooLong = (max: number): object => ({
  code: 'validation_length_too_long',
  message: `The length must be no more than ${max}.`,
  params: { max, min: 0 },
});

test.each<[JsonObject, object]>([
  [{ clientId: 'x' }, { clientId: 'x', subscriptions: [] }],
  [
    { clientId: 'x', subscriptions: null },
    { clientId: 'x', subscriptions: [] },
  ],
  [
    { CLIENTID: 'x', Subscriptions: ['a', null] },
    { clientId: 'x', subscriptions: ['a', ''] },
  ],
])('reads %j', (body, form) => {
  expect(parseSubscribe(body)).toEqual(form);
});

test.each<JsonObject>([
  { clientId: 5 },
  { clientId: [] },
  { clientId: {} },
  { clientId: true },
  { clientId: 'x', subscriptions: 'a' },
  { clientId: 'x', subscriptions: 5 },
  { clientId: 'x', subscriptions: {} },
  { clientId: 'x', subscriptions: true },
  { clientId: 'x', subscriptions: [1] },
  { clientId: 'x', subscriptions: [['a']] },
])('cannot read %j, and says nothing about its parts', (body) => {
  expect(() => parseSubscribe(body)).toThrow(
    expect.objectContaining({ code: 'invalid', message: '', data: undefined }) as Error,
  );
});

test.each<[JsonObject, object]>([
  [{}, { clientId: BLANK }],
  [{ clientId: null }, { clientId: BLANK }],
  [
    { clientId: 'é'.repeat(200) },
    {
      clientId: {
        code: 'validation_length_out_of_range',
        message: 'The length must be between 1 and 255.',
        params: { min: 1, max: 255 },
      },
    },
  ],
  [
    { clientId: '', subscriptions: ['a', 'é'.repeat(1300)] },
    { clientId: BLANK, subscriptions: { '1': tooLong(2500) } },
  ],
  [
    { clientId: 'x', subscriptions: Array(1001).fill('a'.repeat(2501)) as string[] },
    { subscriptions: tooLong(1000) },
  ],
])('complains about %j', (body, data) => {
  expect(() => parseSubscribe(body)).toThrow(expect.objectContaining({ data }) as Error);
});
