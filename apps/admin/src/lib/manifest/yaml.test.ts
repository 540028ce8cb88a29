import { expect, test } from 'vitest';
import { fromYaml, toYaml } from './yaml.ts';

const TEXT = `apiVersion: one-click.dev/v1alpha1
kind: Rollout
spec:
  image:
    tag: "1.27"
  env:
    - name: A
      value: b=c
`;

test('reads back what it wrote', () => {
  const { manifest } = fromYaml(TEXT);
  expect(manifest && fromYaml(toYaml(manifest)).manifest).toEqual(manifest);
});

test('says where a path stands', () => {
  const { rangeOf } = fromYaml(TEXT);
  expect(TEXT.slice(...rangeOf('spec.image.tag'))).toBe('"1.27"');
  expect(TEXT.slice(...rangeOf('spec.env.0.value'))).toBe('b=c');
});

test('points to the parent of what is not written', () => {
  const { rangeOf } = fromYaml(TEXT);
  expect(TEXT.slice(...rangeOf('spec.image.repository'))).toBe('tag: "1.27"');
});

test('has problems in place of a manifest', () => {
  expect(fromYaml('a: [').problems).not.toEqual([]);
  expect(fromYaml('a: [').manifest).toBeUndefined();
  expect(fromYaml('kind: Rollout').problems[0]?.message).toMatch('needs a spec');
});
