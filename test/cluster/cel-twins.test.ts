import { randomInt } from 'node:crypto';
import type { FieldErrors } from '@davit/domain';
import { KubeHttp, loadKubeconfig } from '@davit/kubernetes';
import { complaintsOf, specSchema } from '@davit/rollout';
import type { Rule, SchemaNode } from '@davit/rollout';
import { controlPlane, has } from '@davit/testkit';
import type { ControlPlane } from '@davit/testkit';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { listed, refusal } from './complaints.ts';
import type { Complaint } from './complaints.ts';
import { installCrd } from './install-crd.ts';
import { specsOf } from './spec-arbitrary.ts';

const soak = process.env['DAVIT_SOAK'] === '1';
const seed = soak ? randomInt(2 ** 31) : 20_261;
const numRuns = soak ? 20_000 : 1500;

interface PlacedRule {
  /** place of its node, `*` for every entry of a list */
  node: readonly string[];
  rule: Rule;
}

const RULES = rulesIn(specSchema);

describe.runIf(has('api'))('the rules of the CRD and their twins', { timeout: 900_000 }, () => {
  let plane: ControlPlane;
  let http: KubeHttp;
  beforeAll(async () => {
    plane = await controlPlane();
    http = new KubeHttp({ config: loadKubeconfig({ path: plane.kubeconfig }) });
    await plane.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'twins' } });
    await installCrd(plane);
  });
  afterAll(async () => {
    await http?.close();
    await plane?.[Symbol.asyncDispose]();
  });

  const create = (spec: unknown): Promise<unknown> => {
    const path = '/apis/one-click.dev/v1alpha1/namespaces/twins/rollouts';
    const metadata = { name: 'twin', namespace: 'twins' };
    const rollout = { apiVersion: 'one-click.dev/v1alpha1', kind: 'Rollout', metadata, spec };
    const query = { dryRun: 'All', fieldValidation: 'Strict' };
    return http.create(path, rollout, { query, signal: AbortSignal.timeout(30_000) });
  };

  test(`say the same of ${numRuns} specs, and each rule both ways (seed ${seed})`, async () => {
    const passed = new Set<string>();
    const failed = new Set<string>();
    const agree = fc.asyncProperty(specsOf(specSchema), async (spec) => {
      const twin = complaintsOf(specSchema, spec);
      const refused = await refusal(() => create(spec));
      const both = JSON.stringify({ twin, refused }, undefined, 1);
      expect(refused === undefined, both).toBe(twin === undefined);
      if (twin === undefined || refused === undefined) {
        for (const rule of RULES)
          if (valuesAt(spec, rule.node).length > 0) passed.add(nameOf(rule));
        return;
      }
      const complaints = listed((refused['spec'] ?? {}) as FieldErrors);
      for (const complaint of complaints) {
        const rule = ruleBehind(complaint);
        if (rule) failed.add(nameOf(rule));
      }
      const [only, ...others] = listed(twin);
      // where something is malformed, the API server does not run all rules
      if (only === undefined || others.length > 0 || !ruleBehind(only)) return;
      if (violationsIn(spec) > 1) return;
      expect(complaints, both).toEqual([
        { at: only.at, message: expect.stringContaining(only.message) as string },
      ]);
    });
    await fc.assert(agree, { seed, numRuns });
    const names = RULES.map(nameOf).sort();
    expect([...passed].sort()).toEqual(names);
    expect([...failed].sort()).toEqual(names);
  });
});

function rulesIn(schema: SchemaNode, node: readonly string[] = []): PlacedRule[] {
  const { rules = [], properties = {}, items, patternProperties = {} } = schema;
  const entries = [items, ...Object.values(patternProperties)].filter((one) => one !== undefined);
  return [
    ...rules.map((rule) => ({ node, rule })),
    ...Object.entries(properties).flatMap(([name, below]) => rulesIn(below, [...node, name])),
    ...entries.flatMap((below) => rulesIn(below, [...node, '*'])),
  ];
}

const nameOf = ({ node, rule: { message } }: PlacedRule): string => `${node.join('.')}: ${message}`;

function ruleBehind({ at, message }: Complaint): PlacedRule | undefined {
  const place = at.replace(/\.\d+(?=\.|$)/g, '.*');
  return RULES.find(({ node, rule }) => {
    const field = rule.field === undefined ? [] : [rule.field];
    return [...node, ...field].join('.') === place && message.includes(rule.message);
  });
}

function violationsIn(spec: unknown): number {
  const failing = RULES.flatMap(({ node, rule }) =>
    valuesAt(spec, node).filter((value) => !rule.holds(value)),
  );
  return failing.length;
}

function valuesAt(value: unknown, [key, ...rest]: readonly string[]): unknown[] {
  if (value === undefined || key === undefined) return value === undefined ? [] : [value];
  const below = key === '*' ? (value as unknown[]) : [(value as Record<string, unknown>)[key]];
  return below.flatMap((one) => valuesAt(one, rest));
}
