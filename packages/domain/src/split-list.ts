const QUOTES = '\'"`';

export interface ListParts {
  /** untrimmed, each with the separator after it ('' for the last) */
  parts: { text: string; separator: string }[];
  /** what begins with a quote or parenthesis that nothing closes */
  open?: string;
}

/**
 * Splits `a, f(b, c), "d,e"` at its separators; quotes and parentheses keep what is inside together.
 * Parts are trimmed, empty ones dropped. `undefined` when a quote or parenthesis is left open.
 */
export function splitList(text: string, separators = ',', nesting = true): string[] | undefined {
  const { parts, open } = listParts(text, separators, nesting);
  if (open !== undefined) return undefined;
  return parts.map((part) => part.text.trim()).filter((part) => part !== '');
}

/** The same with nothing left out. */
export function listParts(text: string, separators = ',', nesting = true): ListParts {
  const parts: ListParts['parts'] = [];
  const open = { quote: '', depth: 0 };
  let start = 0;
  for (let index = 0; index < text.length; index++) {
    const character = text.charAt(index);
    const isEscaped = index > start && text[index - 1] === '\\';
    if (!isEscaped) track(open, character, nesting);
    if (open.quote !== '' || open.depth > 0 || !separators.includes(character)) continue;
    parts.push({ text: text.slice(start, index), separator: character });
    start = index + 1;
  }
  const rest = text.slice(start);
  if (open.quote !== '' || open.depth > 0) return { parts, open: rest };
  return { parts: [...parts, { text: rest, separator: '' }] };
}

function track(open: { quote: string; depth: number }, character: string, nesting: boolean): void {
  if (QUOTES.includes(character)) {
    if (open.quote === '') open.quote = character;
    else if (open.quote === character) open.quote = '';
  } else if (nesting && open.quote === '') {
    if (character === '(') open.depth++;
    if (character === ')' && open.depth > 0) open.depth--;
  }
}
