import { specSchema, type SchemaNode } from '@davit/rollout';

export interface Hint {
  label: string;
  type: 'property' | 'enum';
  detail?: string;
  info?: string;
  apply?: string;
}

const ROOT: SchemaNode = {
  properties: {
    apiVersion: { enum: ['one-click.dev/v1alpha1'] },
    kind: { enum: ['Rollout'] },
    metadata: { type: 'object' },
    spec: specSchema,
  },
};

interface Line {
  indent: number;
  /** the line begins an item of a list */
  item: boolean;
  key: string;
}

function readLine(text: string): Line | undefined {
  const match = /^(\s*)((?:- +)*)([\w-]*)/.exec(text);
  if (match === null || text.trim() === '' || text.trim().startsWith('#')) return undefined;
  const [, space = '', dashes = '', key = ''] = match;
  return { indent: space.length + dashes.length, item: dashes !== '', key };
}

const EMPTY: Line = { indent: 0, item: false, key: '' };

/** The keys above a line, by indentation; a list counts as one step. */
export function keysAbove(lines: string[], at: number): string[] {
  const text = lines[at] ?? '';
  const here = readLine(text) ?? { ...EMPTY, indent: text.length };
  let limit = here.indent;
  let inItem = here.item;
  const keys: string[] = [];
  for (let index = at - 1; index >= 0 && limit > 0; index--) {
    const line = readLine(lines[index] ?? '');
    if (line === undefined || line.indent > limit) continue;
    if (line.indent < limit) {
      // the first key of an item stands where its siblings do, after the dash
      keys.unshift(line.key);
      limit = line.indent;
      inItem = line.item;
    } else if (!inItem && line.item) inItem = true;
  }
  return keys;
}

function nodeAt(keys: string[]): SchemaNode | undefined {
  let node: SchemaNode | undefined = ROOT;
  for (const key of keys) {
    node = node?.properties?.[key];
    if (node?.items !== undefined) node = node.items;
  }
  return node;
}

/** What may stand at a position: the fields of the object it is in, or the values of an enum or flag. */
export function hintsAt(text: string, position: number): Hint[] {
  const lines = text.split('\n');
  const at = text.slice(0, position).split('\n').length - 1;
  const before = text.slice(text.lastIndexOf('\n', position - 1) + 1, position);
  const parent = nodeAt(keysAbove(lines, at));
  const value = /([\w-]+):\s+[\w-]*$/.exec(before);
  if (value !== null) return valueHints(parent?.properties?.[value[1] ?? '']);
  return Object.entries(parent?.properties ?? {}).map(([label, node]) => ({
    label,
    type: 'property',
    ...(node.type === undefined ? {} : { detail: node.type }),
    ...(node.description === undefined ? {} : { info: node.description }),
    apply: node.type === 'object' || node.type === 'array' ? `${label}:` : `${label}: `,
  }));
}

function valueHints(node: SchemaNode | undefined): Hint[] {
  const words = (node?.enum ?? node?.examples ?? []).filter((word) => word !== '');
  const values = node?.type === 'boolean' ? ['true', 'false'] : words;
  return values.map((label) => ({ label, type: 'enum' }));
}
