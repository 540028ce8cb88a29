import { expect, test } from 'vitest';
import { holdsExactly, holdsFields } from './holds-fields.ts';

test('what only the live object has is of no interest', () => {
  expect(holdsFields({ a: 1, b: 2 }, { a: 1 })).toBe(true);
  expect(holdsFields({ a: { x: 1, y: 2 } }, { a: { x: 1 } })).toBe(true);
  expect(holdsFields({ a: 1 }, { a: 2 })).toBe(false);
  expect(holdsFields({ a: 1 }, { a: 1, b: 1 })).toBe(false);
});

test('what says nothing need not be there', () => {
  expect(holdsFields({}, { a: '', b: [], c: {}, d: false, e: { f: [] }, g: null })).toBe(true);
  expect(holdsFields({}, { a: undefined })).toBe(true);
  expect(holdsFields({}, { a: ['x'] })).toBe(false);
});

test('quantities are compared as amounts, other texts are not', () => {
  const live = { resources: { limits: { memory: '1Gi', cpu: 2 } }, tag: '1Gi' };
  expect(holdsFields(live, { resources: { limits: { memory: '1024Mi', cpu: '2000m' } } })).toBe(
    true,
  );
  expect(holdsFields(live, { resources: { limits: { memory: '1G' } } })).toBe(false);
  expect(holdsFields(live, { tag: '1024Mi' })).toBe(false);
});

test('entries that have a name are found wherever they are, others count by place', () => {
  const containers = [{ name: 'sidecar' }, { name: 'web', image: 'a', extra: 1 }];
  const holds = (name: string, image?: string): boolean =>
    holdsFields({ containers }, { containers: [{ name, ...(image ? { image } : {}) }] });
  expect(holds('web', 'a')).toBe(true);
  expect(holds('web', 'b')).toBe(false);
  expect(holds('gone')).toBe(false);
  expect(holdsFields({ args: ['a', 'b'] }, { args: ['a', 'b'] })).toBe(true);
  expect(holdsFields({ args: ['a', 'b', 'c'] }, { args: ['a', 'b'] })).toBe(false);
  const volumeMounts = [
    { name: 'data', mountPath: '/a', subPath: 'a' },
    { name: 'data', mountPath: '/b', subPath: 'b' },
  ];
  const reversed = [...volumeMounts].reverse();
  expect(holdsFields({ volumeMounts }, { volumeMounts: reversed })).toBe(true);
});

const ours = { podSelector: {} };
const selector = { matchLabels: { app: 'a' } };
test.each<[string, object, object, boolean]>([
  ['nothing else', { ingress: [{ from: [ours] }] }, { ingress: [{ from: [ours] }] }, true],
  ['everybody', { ingress: [{}] }, { ingress: [{ from: [ours] }] }, false],
  [
    'others',
    { ingress: [{ from: [{ ...ours, namespaceSelector: {} }] }] },
    { ingress: [{ from: [ours] }] },
    false,
  ],
  ['one more rule', { ingress: [{ from: [ours] }, {}] }, { ingress: [{ from: [ours] }] }, false],
  ['one more label', { selector: { matchLabels: { app: 'a', b: 'c' } } }, { selector }, false],
  [
    'an expression',
    { selector: { ...selector, matchExpressions: [{ key: 'a' }] } },
    { selector },
    false,
  ],
  [
    'one more port',
    { ports: [{ port: 1, protocol: 'TCP' }, { port: 2 }] },
    { ports: [{ port: 1, protocol: 'TCP' }] },
    true,
  ],
  ['no denial', {}, { allowPrivilegeEscalation: false }, false],
  ['no user', {}, { runAsUser: 0 }, false],
  ['no delay', {}, { initialDelaySeconds: 0 }, true],
  [
    'a default of a route',
    { rules: [{ backendRefs: [{ name: 'a', kind: 'Service', weight: 1, group: '' }] }] },
    { rules: [{ backendRefs: [{ name: 'a' }] }] },
    true,
  ],
  [
    'another weight',
    { rules: [{ backendRefs: [{ name: 'a', weight: 0 }] }] },
    { rules: [{ backendRefs: [{ name: 'a' }] }] },
    false,
  ],
])('in what is ours as a whole, %s', (_what, ...[live, desired, expected]) => {
  expect(holdsExactly(live, desired)).toBe(expected);
});
