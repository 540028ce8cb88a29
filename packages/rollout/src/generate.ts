import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import { renderCrd } from './crd.ts';
import { renderReference } from './reference.ts';

export interface Generated {
  path: string;
  /** the text `pnpm generate` writes */
  expected: string;
  /** the text that is there */
  actual: string;
}

function generated(path: string, expected: string): Generated {
  const file = fileURLToPath(new URL(`../../../${path}`, import.meta.url));
  return { path: file, expected, actual: readFileSync(file, { encoding: 'utf8', flag: 'a+' }) };
}

export function generatedCrd(): Generated {
  const yaml = stringify(renderCrd(), { lineWidth: 0, aliasDuplicateObjects: false });
  const text = `# Generated from packages/rollout by \`pnpm generate\`.\n${yaml}`;
  return generated('crds/rollouts.one-click.dev.yaml', text);
}

export function generatedReference(): Generated {
  return generated('apps/docs/reference/rollout.md', renderReference());
}

if (import.meta.main) {
  for (const { path, expected } of [generatedCrd(), generatedReference()]) {
    writeFileSync(path, expected);
  }
}
