import { htmlPieces } from './html-pieces.ts';

const SKIPPED = new Set(
  'head style script iframe applet object svg picture dialog template button form textarea select option'.split(
    ' ',
  ),
);
const INLINE = new Set(
  'a abbr acronym b bdo big br cite code em i label q small span strong strike sub sup time img embed input'.split(
    ' ',
  ),
);
const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: '\u00a0',
  copy: '©',
  reg: '®',
  hellip: '…',
  ndash: '–',
  mdash: '—',
  lsquo: '‘',
  rsquo: '’',
  ldquo: '“',
  rdquo: '”',
  laquo: '«',
  raquo: '»',
  euro: '€',
  times: '×',
  middot: '·',
  bull: '•',
};
/** A "<" that never ends has the rest of the text looked through; more of them than this are no mark-up. */
const MAX_LOOSE = 100;

/** The beginning of the plain text of an HTML value: at most `max` characters. */
export function excerpt(html: string, max: number, withEllipsis: boolean): string {
  const characters = [...plainText(html, max)];
  if (characters.length <= max) return characters.join('');
  return characters.slice(0, max).join('').trim() + (withEllipsis ? '...' : '');
}

/** At least the first `max` characters, and one more where there is one. Time grows with the text, no faster. */
function plainText(html: string, max: number): string {
  const text = new SpacedText();
  const skip = { tag: '', depth: 0 };
  let loose = 0;
  for (const { piece, tag, closing } of htmlPieces(html)) {
    const isSkipped = skip.depth > 0;
    if (tag !== undefined) enter(skip, tag, closing);
    if (piece === '<' && ++loose > MAX_LOOSE) break;
    if (isSkipped || skip.depth > 0) continue;
    text.add(tag === undefined ? textOf(piece) : INLINE.has(tag) ? '' : ' ');
    // a character takes up to two units, and the last ones may be blanks
    if (text.length > 2 * max + 2 && !text.endsInSpace) break;
  }
  return text.toString();
}

/** Text that grows in pieces, with one space where two would meet, and none at its ends. */
class SpacedText {
  readonly #pieces: string[] = [];
  endsInSpace = true;
  length = 0;

  add(piece: string): void {
    const added = this.endsInSpace ? piece.replace(/^ +/, '') : piece;
    if (added === '') return;
    this.#pieces.push(added);
    this.length += added.length;
    this.endsInSpace = added.endsWith(' ');
  }

  toString(): string {
    return this.#pieces.join('').trim();
  }
}

/** Counts into and out of elements whose content does not count. */
function enter(skip: { tag: string; depth: number }, tag: string, closing: boolean): void {
  if (skip.depth === 0 && !closing && SKIPPED.has(tag)) skip.tag = tag;
  if (tag === skip.tag && (skip.depth > 0 || !closing)) skip.depth += closing ? -1 : 1;
  if (skip.depth === 0) skip.tag = '';
}

function textOf(piece: string): string {
  return piece.startsWith('<!') ? '' : decode(piece).replace(/[ \t\n\f\r]+/g, ' ');
}

function decode(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]+));/gi, (...match) => {
    const [source, decimal, hex, name] = match as [string, string?, string?, string?];
    if (name !== undefined) return ENTITIES[name] ?? source;
    const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal);
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : source;
  });
}
