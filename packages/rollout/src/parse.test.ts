import { readdirSync, readFileSync } from 'node:fs';
import { AppError } from '@davit/domain';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { parseManifest, parseRolloutSpec } from './parse.ts';
import { aRollout } from './testing.ts';

const manifests = new URL('../../../test/fixtures/manifests/', import.meta.url);
const files = readdirSync(manifests).filter((name) => /\.(yaml|json)$/.test(name));

test('there are twenty manifests', () => {
  expect(files).toHaveLength(20);
});

describe.each(files)('%s', (file) => {
  const documents = parseAllDocuments(readFileSync(new URL(file, manifests), 'utf8'));

  test('is accepted unchanged', () => {
    for (const document of documents) {
      const manifest = document.toJS() as { spec: unknown };
      expect(parseManifest(manifest).spec).toEqual(manifest.spec);
    }
  });
});

function complaints(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    if (AppError.is(error, 'invalid')) return error.data;
    throw error;
  }
  return undefined;
}

const spec = (change: object): object => ({ ...aRollout().spec, ...change });

test.each<[string, object, unknown]>([
  [
    'a blank tag',
    { image: { registry: 'docker.io', repository: 'nginx', tag: '' } },
    { image: { tag: { code: 'validation_required', message: 'Cannot be blank.' } } },
  ],
  [
    'a missing tag',
    { image: { registry: 'docker.io', repository: 'nginx' } },
    { image: { tag: { code: 'validation_required', message: 'Cannot be blank.' } } },
  ],
  [
    'too short a text',
    { hostAliases: [{ ip: ':' }] },
    {
      hostAliases: {
        0: {
          ip: {
            code: 'validation_min_text_constraint',
            message: 'Must be at least 2 character(s).',
          },
        },
      },
    },
  ],
  [
    'an unknown field',
    { volume: [] },
    { volume: { code: 'validation_unknown_field', message: 'Unknown field.' } },
  ],
  [
    'a bad quantity',
    { resources: { requests: { cpu: 'abc' } } },
    {
      resources: {
        requests: {
          cpu: {
            code: 'validation_match_invalid',
            message: 'Must be a quantity such as 500m, 0.5, 256Mi or 2Gi.',
          },
        },
      },
    },
  ],
  [
    'a port out of range, by position',
    {
      interfaces: [
        { name: 'a', port: 80 },
        { name: 'b', port: 70000 },
      ],
    },
    {
      interfaces: {
        1: {
          port: {
            code: 'validation_max_number_constraint',
            message: 'Must be no more than 65535.',
          },
        },
      },
    },
  ],
  [
    'the wrong type',
    { suspend: 'yes' },
    { suspend: { code: 'validation_invalid_type', message: 'Must be a boolean.' } },
  ],
  [
    'repeated names',
    {
      interfaces: [
        { name: 'a', port: 1 },
        { name: 'a', port: 2 },
      ],
    },
    { interfaces: { code: 'validation_duplicate', message: 'names of interfaces must be unique' } },
  ],
  [
    'an unknown mode',
    { mode: 'daemon' },
    { mode: { code: 'validation_in_invalid', message: 'Must be one of service, job.' } },
  ],
])('refuses %s', (_what, change, expected) => {
  expect(complaints(() => parseRolloutSpec(spec(change)))).toEqual(expected);
});

test('reports several complaints together', () => {
  const data = complaints(() => parseRolloutSpec({ image: {}, suspend: 1 }));
  expect(Object.keys(data as object)).toEqual(['image', 'suspend']);
  expect(Object.keys((data as { image: object }).image)).toEqual(['registry', 'repository', 'tag']);
});

test('reads null as absent, as the API server does', () => {
  expect(parseRolloutSpec(spec({ env: null }))).toEqual(aRollout().spec);
});

test.each([['__proto__'], ['constructor'], ['toString']])(
  'a field called %s is unknown',
  (name) => {
    const input: unknown = JSON.parse(
      `{"image":{"registry":"a","repository":"b","tag":"c"},"${name}":{}}`,
    );
    const data = complaints(() => parseRolloutSpec(input)) as object;
    expect(Object.keys(data)).toEqual([name]);
  },
);

test('complaints about the spec of a manifest are below spec', () => {
  const input = { apiVersion: 'one-click.dev/v1alpha1', kind: 'Rollout', spec: { image: [] } };
  expect(complaints(() => parseManifest(input))).toEqual({
    spec: { image: { code: 'validation_invalid_type', message: 'Must be an object.' } },
  });
});

test('a spec that is no object is refused', () => {
  const input = { apiVersion: 'one-click.dev/v1alpha1', kind: 'Rollout', spec: 'x' };
  expect(complaints(() => parseManifest(input))).toEqual({
    spec: { code: 'validation_invalid_type', message: 'Must be an object.' },
  });
});

test('keeps annotations and nothing else of the metadata', () => {
  const manifest = parseManifest({
    ...aRollout(),
    metadata: { name: 'x', labels: { a: 'b' }, annotations: { c: 'd' } },
  });
  expect(manifest).toEqual({ spec: aRollout().spec, annotations: { c: 'd' } });
});

test.each([
  [{ apiVersion: 'v1', kind: 'List', items: [] }, 'Must be Rollout, not "List".'],
  [{ kind: 'Rollout', apiVersion: 'argoproj.io/v1alpha1' }, 'not "argoproj.io/v1alpha1".'],
  [{ spec: {} }, 'Must be Rollout, not absent.'],
  ['text', 'A manifest must be an object.'],
])('refuses what is no Rollout: %j', (input, message) => {
  expect(() => parseManifest(input)).toThrow(message);
});
