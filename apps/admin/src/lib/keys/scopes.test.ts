import { expect, test } from 'vitest';
import { groupScopes, rowErrors, scopesOf } from './scopes.ts';
import type { ScopeChoice } from './scopes.ts';

const choice: ScopeChoice = {
  named: ['@platform:logs', '@admin:audit', '@admin:*'],
  records: [
    { collection: ' posts ', actions: ['view', 'list'] },
    { collection: '', actions: ['list'] },
    { collection: '*', actions: ['delete', 'create', 'list', 'view', 'update'] },
    { collection: 'ghosts', actions: ['view'] },
  ],
};
const SENT = ['@platform:logs', '@admin:*', 'posts:list', 'posts:view', '*:*', 'ghosts:view'];

test('sends each scope once, and all actions as one', () => {
  expect(scopesOf(choice)).toEqual(SENT);
  expect(scopesOf({ named: [], records: [...choice.records, ...choice.records] })).toHaveLength(4);
});

test('leads what the server says about a scope back to its row', () => {
  expect(rowErrors(choice, { 'scopes.5': 'No such scope.', name: 'Too long.' })).toEqual({
    3: 'No such scope.',
  });
});

test('groups named scopes, the one for all first', () => {
  expect(groupScopes(['@platform:logs', '@admin:audit', '@platform:*'])).toEqual([
    ['platform', ['@platform:*', '@platform:logs']],
    ['admin', ['@admin:audit']],
  ]);
});
