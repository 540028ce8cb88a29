import { expect, test } from 'vitest';
import { renderCrd } from './crd.ts';
import type { SchemaNode } from './schema/node.ts';
import { specSchema } from './schema/spec.ts';
import { statusSchema } from './schema/status.ts';

test('the CRD has no defaults: they would change pods when it is upgraded', () => {
  expect(JSON.stringify(renderCrd())).not.toContain('"default"');
});

test.each([
  ['spec', specSchema],
  ['status', statusSchema],
])('kubectl explain has words for every field of the %s', (name, schema) => {
  expect([...unexplained(schema, name)]).toEqual([]);
});

function* unexplained(schema: SchemaNode, path: string): Generator<string> {
  const { properties = {}, items, patternProperties = {} } = schema;
  for (const [name, node] of Object.entries(properties)) {
    if ((node.description ?? '') === '') yield `${path}.${name}`;
    yield* unexplained(node, `${path}.${name}`);
  }
  for (const node of [items, ...Object.values(patternProperties)]) {
    if (node) yield* unexplained(node, `${path}[]`);
  }
}
