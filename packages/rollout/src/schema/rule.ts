/**
 * A rule that spans fields: `rule` is what the API server runs (CEL), `holds` is its twin.
 * Both complain with `message`, at the schema node the rule hangs on or at `field` below it.
 */
export interface Rule {
  rule: string;
  message: string;
  code: string;
  field?: string;
  holds(value: unknown): boolean;
}

/** Ties the twin to the type of the node, which the schema library does not know about. */
export function rule<T>(definition: Omit<Rule, 'holds'> & { holds(value: T): boolean }): Rule {
  return definition;
}

/** The named items of a list must differ in `key`. */
export function uniqueBy(key: string, message: string): Rule {
  return rule<Record<string, unknown>[]>({
    rule: `self.all(a, self.exists_one(b, b.${key} == a.${key}))`,
    message,
    code: 'validation_duplicate',
    holds: (items) => new Set(items.map((item) => item[key])).size === items.length,
  });
}
