import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { renderCrd } from '@davit/rollout';
import { stringify } from 'yaml';
import { LEASE_RULES, RULES } from './rbac.ts';

export interface Generated {
  path: string;
  /** the text `pnpm generate` writes */
  expected: string;
  /** the text that is there */
  actual: string;
}

/** What the Helm chart takes from the code: the CustomResourceDefinition and the rights the operator needs. */
export function generatedChartFiles(): Generated[] {
  return [
    chartFile('rollouts.one-click.dev.yaml', renderCrd()),
    chartFile('rules.yaml', RULES),
    chartFile('lease-rules.yaml', LEASE_RULES),
  ];
}

function chartFile(name: string, content: unknown): Generated {
  const url = new URL(`../../../helm/davit-operator/files/${name}`, import.meta.url);
  const path = fileURLToPath(url);
  const expected = stringify(content, { lineWidth: 0, aliasDuplicateObjects: false });
  return { path, expected, actual: readFileSync(path, { encoding: 'utf8', flag: 'a+' }) };
}

if (import.meta.main) {
  for (const { path, expected } of generatedChartFiles()) writeFileSync(path, expected);
}
