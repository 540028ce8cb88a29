export interface HtmlPiece {
  /** as written: a tag, a comment, text, or a "<" that begins nothing */
  piece: string;
  /** the element's name, lower case; undefined where it is no tag */
  tag: string | undefined;
  closing: boolean;
}

const TAG = /<(\/?)([a-zA-Z][^\s/>]*)/y;

/** Cuts HTML into tags, comments and what is between; by hand, since a pattern for it can be made to take for ever. */
export function* htmlPieces(html: string): Generator<HtmlPiece> {
  for (let at = 0; at < html.length;) {
    const { end, tag, closing = false } = pieceAt(html, at);
    yield { piece: html.slice(at, end), tag, closing };
    at = end;
  }
}

function pieceAt(html: string, at: number): { end: number; tag?: string; closing?: boolean } {
  if (html[at] !== '<') return { end: orEnd(html.indexOf('<', at), html) };
  if (html.startsWith('<!--', at)) return { end: orEnd(after('-->', html, at + 4), html) };
  if (html.startsWith('<!', at)) return { end: after('>', html, at) || at + 1 };
  TAG.lastIndex = at;
  const match = TAG.exec(html);
  const [start = '', slash, name] = match ?? [];
  const end = name === undefined ? 0 : endOfTag(html, at + start.length);
  if (name === undefined || end === 0) return { end: at + 1 };
  return { end, tag: name.toLowerCase(), closing: slash === '/' };
}

/** Behind the ">" that is outside of quotes; 0 where there is none. */
function endOfTag(html: string, from: number): number {
  for (let at = from; at < html.length; at++) {
    const character = html[at];
    if (character === '>') return at + 1;
    if (character !== '"' && character !== "'") continue;
    const quote = html.indexOf(character, at + 1);
    if (quote < 0) return 0;
    at = quote;
  }
  return 0;
}

/** Behind the next occurrence; 0 where there is none. */
function after(text: string, html: string, from: number): number {
  const found = html.indexOf(text, from);
  return found < 0 ? 0 : found + text.length;
}

function orEnd(index: number, html: string): number {
  return index > 0 ? index : html.length;
}
