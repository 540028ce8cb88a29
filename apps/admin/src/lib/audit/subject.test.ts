import { expect, test } from 'vitest';
import { subjectOf } from './subject.ts';

const names = {
  project: (id: string): string | undefined => (id === 'p1' ? 'shop' : undefined),
  app: (id: string): string | undefined => (id === 'd1' ? 'web' : undefined),
};

test.each([
  [
    { collection: 'rollouts', record: 'r1', detail: { project: 'p1', deployment: 'd1' } },
    'shop / web',
  ],
  [{ collection: 'projects', record: 'p1', detail: {} }, 'shop'],
  [{ collection: 'deployments', record: 'd1', detail: {} }, 'web'],
  [{ collection: '', record: 'k1', detail: { name: 'pipeline' } }, 'pipeline'],
  [{ collection: 'posts', record: 'x', detail: { changed: ['title'] } }, ''],
])('%j is about %j', (entry, subject) => {
  expect(subjectOf(entry, names)).toBe(subject);
});
