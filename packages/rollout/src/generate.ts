import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import { renderCrd } from './crd.ts';

const file = fileURLToPath(new URL('../../../crds/rollouts.one-click.dev.yaml', import.meta.url));

/** The text `pnpm generate` writes, and the text that is there. */
export function generatedCrd(): { expected: string; actual: string } {
  const yaml = stringify(renderCrd(), { lineWidth: 0, aliasDuplicateObjects: false });
  const expected = `# Generated from packages/rollout by \`pnpm generate\`.\n${yaml}`;
  return { expected, actual: readFileSync(file, { encoding: 'utf8', flag: 'a+' }) };
}

if (import.meta.main) writeFileSync(file, generatedCrd().expected);
