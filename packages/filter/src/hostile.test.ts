import { randomInt } from 'node:crypto';
import type { Json } from '@davit/domain';
import { AppError } from '@davit/domain';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { excerpt } from './excerpt.ts';
import { parseFields, pickFields } from './fields.ts';
import { parseFilter } from './parse-filter.ts';
import { aCollection, aField, hostileFilters } from './random-filters.fixture.ts';
import { Resolution } from './resolution.ts';

const seed = randomInt(2 ** 31);

const collection = aCollection('things', [
  aField('title', 'text'),
  aField('tags', 'select', { maxSelect: 3 }),
  aField('self', 'relation', { collectionId: 'things', maxSelect: 3 }),
  aField('data', 'json'),
  aField('amount', 'text', { hidden: true }),
]);
const filters = hostileFilters([
  ...['id', 'title', 'tags', 'tags:each', 'tags:length', 'self.self.title', 'data.a.0.b', 'amount'],
  ...['things_via_self.title', '@collection.things.id', '@collection.things:x.title'],
  ...['title:lower', 'title:nope', 'self.self.self.self.self.self.self.title'],
]);

function refuses(work: () => unknown): void {
  try {
    work();
  } catch (error) {
    if (!AppError.is(error, 'invalid')) throw error;
  }
}

describe(`hostile text (seed ${String(seed)})`, () => {
  test('a filter is read, or refused as invalid', () => {
    fc.assert(
      fc.property(filters, (text) => {
        refuses(() => parseFilter(text));
        const context = { collection, find: () => collection, now: new Date(), allowHidden: true };
        refuses(() => new Resolution(context).filter(text).query());
        refuses(() => new Resolution(context).sort(text).query());
      }),
      { seed, numRuns: 8000 },
    );
  });

  test('fields are read, or refused as invalid, and pick nothing that is not there', () => {
    const paths = fc
      .array(
        fc.oneof(
          fc.constantFrom('a', 'a.b', '*', 'a.*', 'b:excerpt(3,true)', 'b:excerpt(', ',', ':', '.'),
          fc.string({ unit: 'binary', maxLength: 5 }),
        ),
        { maxLength: 20 },
      )
      .map((parts) => parts.join(','));
    fc.assert(
      fc.property(paths, fc.jsonValue({ maxDepth: 3 }), (text, value) => {
        refuses(() => {
          const picked = JSON.stringify(pickFields(value as Json, parseFields(text)));
          expect(picked.length).toBeLessThanOrEqual(JSON.stringify(value).length + 200);
        });
      }),
      { seed, numRuns: 3000 },
    );
  });

  test.each([
    ['brackets', '('],
    ['text', "a='"],
    ['words', 'a=1&&'],
    ['functions', 'f('],
    ['comments', '//\n'],
    ['operators', '=!'],
  ])('many %s take steps in proportion', (_name, piece) => {
    const steps = (times: number): number => {
      const [exec, charAt] = [
        vi.spyOn(RegExp.prototype, 'exec'),
        vi.spyOn(String.prototype, 'charAt'),
      ];
      try {
        refuses(() => parseFilter(piece.repeat(times)));
        return exec.mock.calls.length + charAt.mock.calls.length;
      } finally {
        exec.mockRestore();
        charAt.mockRestore();
      }
    };
    expect(steps(8000)).toBeLessThan(steps(4000) * 2.2 + 1000);
  });

  test.each(['<a', '<a "', '<!', '<!--', '<style>', '&', '<a/><b', '<a>', ' ', '"<'])(
    'an excerpt of megabytes of %s is made in time',
    (piece) => {
      const html = piece.repeat(2_000_000 / piece.length);
      expect(excerpt(html, 100, true).length).toBeLessThanOrEqual(103);
    },
  );

  test('many fields of many records are picked in time', () => {
    const names = Array.from({ length: 4000 }, (_, at) => `f${String(at)}.x`);
    const record = Object.fromEntries(
      Array.from({ length: 30 }, (_, at) => [`f${String(at)}`, { x: at }]),
    );
    const list = Array.from({ length: 1000 }, () => record);
    expect(pickFields(list, parseFields(names.join(',')))).toEqual(list);
  });
});
