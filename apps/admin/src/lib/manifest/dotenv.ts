export interface Variable {
  name: string;
  value: string;
}

/** Reads pasted `.env` lines. Only the first `=` separates: values may hold more. */
export function parseDotenv(text: string): Variable[] {
  const variables: Variable[] = [];
  for (const line of text.split(/\r?\n/)) {
    const match = /^\s*(?:export\s+)?([A-Za-z_][\w.-]*)\s*=(.*)$/.exec(line);
    const [, name, raw = ''] = match ?? [];
    if (name !== undefined) variables.push({ name, value: unquote(raw.trim()) });
  }
  return variables;
}

function unquote(value: string): string {
  const quoted = /^(["'])(.*)\1$/.exec(value);
  if (quoted === null) return value;
  const [, quote, inner = ''] = quoted;
  return quote === '"' ? inner.replaceAll('\\n', '\n').replaceAll('\\"', '"') : inner;
}
