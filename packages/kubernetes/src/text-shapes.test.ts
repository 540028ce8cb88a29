import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TextShapes } from './text-shapes.ts';

const alike = (index: number): string =>
  JSON.stringify({ a: { name: `web-${index}`, of: 'shop' }, b: ['x', 'y"\\', index], c: null });

test('a text like one before is what it differs in', () => {
  const shapes = new TextShapes();
  shapes.pack(alike(1));
  const packed = shapes.pack(alike(2));
  expect(packed.length).toBeLessThan(alike(2).length / 2);
  expect(shapes.unpack(packed)).toBe(alike(2));
});

test('whatever texts there are, each comes out as it was, and equal ones alone are packed alike', () => {
  const texts = fc.array(fc.dictionary(fc.string(), fc.jsonValue()), { maxLength: 200 });
  fc.assert(
    fc.property(texts, (objects) => {
      const shapes = new TextShapes();
      const all = objects.map((object) => JSON.stringify(object));
      const packed = all.map((text) => shapes.pack(text));
      expect(packed.map((one) => shapes.unpack(one))).toEqual(all);
      expect(all.map((text) => shapes.pack(text))).toEqual(packed);
      expect(new Set(packed).size).toBe(new Set(all).size);
    }),
  );
});

test('what is too long or of too many forms stays as it is', () => {
  const shapes = new TextShapes();
  const long = JSON.stringify({ text: 'x'.repeat(20_000) });
  expect(shapes.pack(long)).toBe(long);
  const forms = Array.from({ length: 100 }, (_, count) =>
    JSON.stringify({ list: Array.from({ length: count }, String) }),
  );
  const packed = forms.map((text) => shapes.pack(text));
  expect(packed.at(-1)).toBe(forms.at(-1));
  expect(packed.map((one) => shapes.unpack(one))).toEqual(forms);
});
