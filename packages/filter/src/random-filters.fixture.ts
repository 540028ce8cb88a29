import type { Collection, Field, FieldType } from '@davit/domain';
import fc from 'fast-check';

export function aField(name: string, type: FieldType, options: Partial<Field> = {}): Field {
  return { id: name, name, type, system: false, hidden: false, presentable: false, ...options };
}

/** Open to everybody; its id is its name unless `parts` says otherwise. */
export function aCollection(
  name: string,
  fields: Field[],
  parts: Partial<Collection> = {},
): Collection {
  const rules = { listRule: '', viewRule: '', createRule: '', updateRule: '', deleteRule: '' };
  return {
    id: name,
    name,
    type: 'base',
    system: false,
    fields: [aField('id', 'text', { primaryKey: true }), ...fields],
    indexes: [],
    ...rules,
    options: {},
    created: '',
    updated: '',
    ...parts,
  };
}

const NAMES = `@request.auth.id @request.body.a:isset @request.method @now @monthStart null true
  __proto__ constructor toString @ #a a.`.split(/\s+/);
const SIGNS = '= != > <= ~ !~ ?= ?~ ? && || & ( ) (( )) ,'.split(' ');
const LITERALS = ['1', '-1.5', '1e3', '--', '"x"', "'y'", '"', "'", '\\', '\\"', ';'];
const BLANKS = ['// c', '\n', '\r', '\0', '/*'];
const CALLS = [
  'geoDistance(',
  'strftime(',
  "strftime('%Y', title)",
  'geoDistance(1,2,3,4)',
  'drop(',
];
const ENDS = ["'", '"', '`', "\\'", '--', ';', '\0', ')'];

/** Texts that are nearly filters over `paths`, and some that hide SQL in what they compare with. */
export function hostileFilters(paths: readonly string[]): fc.Arbitrary<string> {
  const words = [...paths, ...NAMES, ...SIGNS, ...LITERALS, ...BLANKS, ...CALLS];
  const word = fc.oneof(fc.constantFrom(...words), fc.string({ unit: 'binary', maxLength: 6 }));
  const soup = fc
    .array(word, { maxLength: 40 })
    .chain((parts) => fc.constantFrom('', ' ').map((glue) => parts.join(glue)));
  const poison = fc
    .tuple(fc.constantFrom(...ENDS), fc.string({ unit: 'binary' }))
    .map(([end, rest]) => `x${end}; DROP TABLE things; --${rest}`);
  const path = fc.oneof(fc.constantFrom(...paths), poison);
  const quoted = poison.map((text) => JSON.stringify(text));
  const attack = fc
    .tuple(path, fc.constantFrom('=', '~', '?=', '>'), fc.oneof(quoted, path))
    .map((parts) => parts.join(' '));
  return fc.oneof(soup, attack);
}
