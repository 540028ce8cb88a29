const QUOTES = '\'"`';

/**
 * Splits `a, f(b, c), "d,e"` at its separators; quotes and parentheses keep what is inside together.
 * Parts are trimmed, empty ones dropped. `undefined` when a quote or parenthesis is left open.
 */
export function splitList(text: string, separators = ',', nesting = true): string[] | undefined {
  const parts: string[] = [];
  const open = { quote: '', depth: 0 };
  let start = 0;
  for (let index = 0; index < text.length; index++) {
    const character = text.charAt(index);
    const isEscaped = index > start && text[index - 1] === '\\';
    if (!isEscaped) track(open, character, nesting);
    if (open.quote !== '' || open.depth > 0 || !separators.includes(character)) continue;
    parts.push(text.slice(start, index));
    start = index + 1;
  }
  if (open.quote !== '' || open.depth > 0) return undefined;
  parts.push(text.slice(start));
  return parts.map((part) => part.trim()).filter((part) => part !== '');
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
