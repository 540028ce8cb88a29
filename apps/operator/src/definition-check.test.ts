import { AppError } from '@davit/domain';
import { ManualClock } from '@davit/domain/manual-clock';
import { renderCrd } from '@davit/rollout';
import { expect, test, vi } from 'vitest';
import { DefinitionCheck } from './definition-check.ts';
import { missingFields } from './served-fields.ts';
import type { Schema } from './served-fields.ts';

const patient = { timeout: 30_000 };

interface Crd {
  spec: { versions: [{ schema: { openAPIV3Schema: Schema } }] };
}
interface Whole {
  properties: Record<'spec' | 'status', { properties: Record<string, Schema> }>;
}

/** What an API server with this operator's own definition answers, without some fields. */
function aSchema(without: { spec?: string[]; status?: string[] } = {}): Schema {
  const crd = structuredClone(renderCrd()) as unknown as Crd;
  const schema = crd.spec.versions[0].schema.openAPIV3Schema;
  for (const part of ['spec', 'status'] as const) {
    const { properties } = (schema as unknown as Whole).properties[part];
    for (const name of without[part] ?? []) delete properties[name];
  }
  return schema;
}

test('finds nothing where the definition is its own', () => {
  expect(missingFields(aSchema())).toEqual([]);
});

test('names what is thrown away, in lists too, a part as a whole', () => {
  expect(missingFields(aSchema({ spec: ['probes'], status: ['phase', 'conditions'] }))).toEqual([
    'spec.probes',
    'status.conditions',
    'status.phase',
  ]);
  const schema = aSchema() as unknown as Whole;
  delete schema.properties.spec.properties['interfaces']?.items?.properties?.['httpRoute'];
  expect(missingFields(schema)).toEqual(['spec.interfaces[].httpRoute']);
});

test('a definition that keeps whatever comes loses nothing', () => {
  expect(missingFields({ 'x-kubernetes-preserve-unknown-fields': true })).toEqual([]);
});

function aCheck(first: Schema | AppError | undefined) {
  const clock = new ManualClock();
  const said: string[] = [];
  const world = { answer: first };
  const logger = {
    log: (level: string, message: string) => void said.push(`${level} ${message}`),
    with: () => logger,
  };
  const check = new DefinitionCheck({
    served: () =>
      world.answer instanceof AppError
        ? Promise.reject(world.answer)
        : Promise.resolve(world.answer),
    clock,
    logger,
  });
  const stop = new AbortController();
  const ended = check.run(stop.signal);
  return {
    ...{ world, check, said, clock },
    async [Symbol.asyncDispose]() {
      stop.abort();
      await ended;
    },
  };
}

test('says once that it is old, and once that it is not any more', async () => {
  await using it = aCheck(aSchema({ status: ['phase'] }));
  await vi.waitFor(() => expect(it.check.missing).toEqual(['status.phase']), patient);
  await vi.waitFor(() => expect(it.clock.waiting).toBe(1), patient);
  it.clock.advance(60_000);
  await vi.waitFor(() => expect(it.clock.waiting).toBe(1), patient);
  it.world.answer = aSchema();
  it.clock.advance(60_000);
  await vi.waitFor(() => expect(it.check.missing).toEqual([]), patient);
  expect(it.said.map((line) => line.split(' ')[0])).toEqual(['warn', 'info']);
});

test('what a status lost is known also where nothing may be read', async () => {
  await using it = aCheck(new AppError('forbidden', 'no'));
  it.check.kept(['phase']);
  expect(it.check.missing).toEqual(['status.phase']);
  it.check.kept([]);
  expect(it.check.missing).toEqual([]);
});
