import type { JsonObject } from '@davit/domain';
import { LineCounter, parseDocument, stringify } from 'yaml';
import type { Manifest } from '#lib/api/records.ts';

/** A manifest as people read and write it. */
export function toYaml(manifest: JsonObject): string {
  return stringify(manifest, { lineWidth: 100, aliasDuplicateObjects: false });
}

export interface YamlProblem {
  message: string;
  /** offsets into the text */
  from: number;
  to: number;
}

export interface YamlResult {
  manifest: Manifest | undefined;
  problems: YamlProblem[];
  /** where the value of a dotted path stands, or the nearest parent that is written */
  rangeOf: (path: string) => [from: number, to: number];
}

/** Reads YAML (or JSON, which is YAML). Problems carry their place; with any, there is no manifest. */
export function fromYaml(text: string): YamlResult {
  const document = parseDocument(text, { lineCounter: new LineCounter(), uniqueKeys: true });
  const problems: YamlProblem[] = document.errors.map((error) => ({
    message: error.message.split('\n')[0] ?? error.message,
    from: error.pos[0],
    to: error.pos[1],
  }));
  const value: unknown = problems.length === 0 ? document.toJS({ maxAliasCount: 20 }) : undefined;
  const whole: [number, number] = [0, Math.min(text.length, text.indexOf('\n') >>> 0)];
  if (problems.length === 0 && !isManifest(value))
    problems.push({
      message: 'A manifest needs a spec: apiVersion, kind: Rollout and spec.',
      from: whole[0],
      to: whole[1],
    });
  return {
    manifest: problems.length === 0 ? (value as Manifest) : undefined,
    problems,
    rangeOf: (path) => {
      const keys = path.split('.').map((key) => (/^\d+$/.test(key) ? Number(key) : key));
      for (let length = keys.length; length > 0; length--) {
        const node: unknown = document.getIn(keys.slice(0, length), true);
        const range = (node as { range?: [number, number, number] } | undefined)?.range;
        if (range !== undefined) return [range[0], Math.min(range[1], lineEnd(text, range[0]))];
      }
      return whole;
    },
  };
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end === -1 ? text.length : end;
}

function isManifest(value: unknown): value is Manifest {
  if (typeof value !== 'object' || value === null) return false;
  const spec = (value as Record<string, unknown>)['spec'];
  return typeof spec === 'object' && spec !== null && !Array.isArray(spec);
}
