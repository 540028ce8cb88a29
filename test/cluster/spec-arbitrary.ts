import type { Rule, SchemaNode } from '@davit/rollout';
import fc from 'fast-check';

type Values = fc.Arbitrary<unknown>;

/** Few, so that they meet: names that repeat, requests above limits, amounts that are zero in many ways. */
const TEXTS = [
  ...['', 'a', 'b', 'A', 'nginx', 'a.example', '*.b.example', 'docker.io', 'localhost:5000', 'é𝒳'],
  ...['/a', '/b', '/a:b', '/é', '0', '0Gi', '0.0', '0e9', '1', '1n', '1.0', '999m', '1000m'],
  ...['1Mi', '1e3', '1E1', '1Gi', '1024Mi', '1000Mi', '1.5Gi', '0.1Ki', '12345678901234567890Gi'],
  ...[
    '@daily',
    '*/5 * * * *',
    '@every 1h30m',
    'Europe/Zurich',
    '2026-01-31T12:00:00Z',
    '0%',
    '25%',
  ],
];

/** One value in so many is a misfit: of specs with many parts some are still accepted. */
const MISFITS = 40;

/** Specs such as the schema accepts, and such as it just does not; of rules more often than of other things. */
export function specsOf(schema: SchemaNode): Values {
  return objects(schema);
}

function valuesOf(schema: SchemaNode): Values {
  const { type, patternProperties } = schema;
  if (schema['x-kubernetes-int-or-string']) return fc.oneof(texts(schema), integers(schema));
  if (type === 'string') return texts(schema);
  if (type === 'integer') return integers(schema);
  if (type === 'boolean') return mostly(fc.boolean(), fc.constantFrom('yes', 1));
  if (type === 'array') return lists(schema);
  const [entries] = Object.values(patternProperties ?? {});
  return entries
    ? fc.dictionary(fc.constantFrom('a', 'b', 'c'), valuesOf(entries), { maxKeys: 3 })
    : mostly(objects(schema), fc.constantFrom('text', 1, []));
}

const mostly = (fits: Values, misfits: Values): Values =>
  fc.oneof({ arbitrary: fits, weight: MISFITS }, { arbitrary: misfits, weight: 1 });

function texts({ enum: words, pattern, minLength = 0, maxLength = Infinity }: SchemaNode): Values {
  const others = fc.constantFrom(...TEXTS, 'x'.repeat(Math.min(maxLength, 300) + 1), ' ', 'a b', 7);
  if (words !== undefined) return mostly(fc.constantFrom(...words), others);
  const expression = new RegExp(pattern ?? '', 'u');
  const fits = (text: string): boolean =>
    expression.test(text) && [...text].length >= minLength && [...text].length <= maxLength;
  const known = fc.constantFrom(...TEXTS.filter(fits));
  if (pattern === undefined) return mostly(known, others);
  // what a pattern means to this engine should be what it means to the API server's
  const made = fc.stringMatching(expression).filter((text) => text.isWellFormed() && fits(text));
  return mostly(fc.oneof({ arbitrary: known, weight: 9 }, { arbitrary: made, weight: 1 }), others);
}

function integers({ minimum = 0, maximum = 2 ** 31 - 1 }: SchemaNode): Values {
  const small = [0, 1, 2, 3].filter((number) => number >= minimum && number <= maximum);
  const fits = fc.constantFrom(...small, minimum, maximum);
  return mostly(fits, fc.constantFrom(minimum - 1, maximum + 1, 0.5, 'one'));
}

function lists({ items = {}, maxItems = 0 }: SchemaNode): Values {
  const item = valuesOf(items);
  const tooMany = item.map((one) => Array.from({ length: Math.min(maxItems, 40) + 1 }, () => one));
  return mostly(fc.array(item, { maxLength: 3 }), fc.oneof(tooMany, fc.constant({})));
}

/** A few properties each; without a required one, or with an unknown one, now and then. */
function objects({ properties = {}, required = [], rules = [] }: SchemaNode): Values {
  const nodes = Object.entries(properties);
  const values = Object.fromEntries(nodes.map(([name, node]) => [name, valuesOf(node)]));
  const optional = nodes.filter(([name]) => !required.includes(name));
  const fits = someOf(optional, rules).chain((chosen) => {
    const all = [...required, ...chosen];
    return fc.record(Object.fromEntries(all.map((name) => [name, values[name] ?? fc.constant(0)])));
  });
  const unknown = fits.map((value) => ({ ...value, nonsense: 1 }));
  const without = fits.map((value) => Object.fromEntries(Object.entries(value).slice(1)));
  return mostly(fits, fc.oneof(unknown, without));
}

/** Names of up to three of them, rather of those with rules, or that rules are about. */
function someOf(nodes: [string, SchemaNode][], rules: readonly Rule[]): fc.Arbitrary<string[]> {
  if (nodes.length === 0) return fc.constant([]);
  const about = (name: string): Rule[] => rules.filter(({ rule }) => rule.includes(`self.${name}`));
  const weighted = nodes.map(([name, node]) => ({
    arbitrary: fc.constant(name),
    weight: 1 + 3 * (rulesBelow(node) + about(name).length),
  }));
  return fc.uniqueArray(fc.oneof(...weighted), { minLength: 1, maxLength: 3 });
}

function rulesBelow({ rules = [], properties = {}, items }: SchemaNode): number {
  const below = [...Object.values(properties), ...(items ? [items] : [])];
  return below.reduce((sum, node) => sum + rulesBelow(node), rules.length);
}
