import { expect, test } from 'vitest';
import { flattenFields, toBodyProblem } from './problem.ts';

const complaint = (message: string): object => ({ code: 'x', message });

test('names each complaint by its path', () => {
  expect(
    flattenFields({
      name: complaint('Too long.'),
      manifest: { spec: { image: { tag: complaint('Unknown tag.') } } },
    }),
  ).toEqual({ name: 'Too long.', 'manifest.spec.image.tag': 'Unknown tag.' });
});

test('has words for a server that says none', () => {
  expect(toBodyProblem(0, undefined).message).toMatch('cannot be reached');
  expect(toBodyProblem(404, { message: '' }).message).toMatch('does not exist');
});
