import { isCsv, isJson, isJsonLines } from './text-formats.ts';
import type { FileType } from './file-signatures.ts';

/** What text does not have, see https://mimesniff.spec.whatwg.org/#binary-data-byte */
const BINARY = /[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]/;
const WIDE = /^(?:\xff\xfe|\xfe\xff)/;

const HTML =
  /^\s*<(?:!doctype html|html|head|script|iframe|h1|div|font|table|a|style|title|b|body|br|p|!--)[ >]/i;
const SVG =
  /^\s*(?:<!--(?:(?!-->).)*-->\s*)*<svg[^>]*\sxmlns\s*=\s*["']http:\/\/www\.w3\.org\/2000\/svg["']/s;
const XML = /^\s*<\?xml[ >]/i;
const SHEBANG =
  /^#! *(?:\/usr\/bin\/env +(?:-S +)?|\/(?:usr\/)?(?:local\/)?bin\/)(nodejs|node|lua|perl|python[23]?|php|ruby|tclsh|tcl|wish|(?:ba|c|da|k|tc|z)?sh)\b/;

const INTERPRETERS: Readonly<Record<string, readonly [type: string, extension: string]>> = {
  node: ['text/javascript', '.js'],
  nodejs: ['text/javascript', '.js'],
  lua: ['text/x-lua', '.lua'],
  perl: ['text/x-perl', '.pl'],
  python: ['text/x-python', '.py'],
  php: ['text/x-php', '.php'],
  ruby: ['text/x-ruby', '.rb'],
  tcl: ['text/x-tcl', '.tcl'],
  tclsh: ['text/x-tcl', '.tcl'],
  wish: ['text/x-tcl', '.tcl'],
};

/** XML by its root. */
const ROOTS: readonly (readonly [RegExp, string, string])[] = [
  [/<rss/, 'application/rss+xml', '.rss'],
  [/<feed[^>]*xmlns="http:\/\/www\.w3\.org\/2005\/Atom"/, 'application/atom+xml', '.atom'],
  [
    /<kml[^>]*xmlns="http:\/\/(?:www\.opengis\.net\/kml\/2\.2|earth\.google\.com\/kml\/2\.[012])"/,
    'application/vnd.google-earth.kml+xml',
    '.kml',
  ],
  [/<gpx[^>]*xmlns="http:\/\/www\.topografix\.com\/GPX\/1\/1"/, 'application/gpx+xml', '.gpx'],
  [/<!doctype html|<html xmlns=/i, 'application/xhtml+xml', '.html'],
];

const SRT = /^1\r?\n\d\d:\d\d:\d\d,\d{3} --> \d\d:\d\d:\d\d,\d{3}\r?\n[^\r\n]/;
const MAIL_LINE =
  /^(?:message-id: |From: |To: |cc: |Date: |Subject: |Received: |delivered-to: |return-path: |Content-Type: |Content-Transfer-Encoding: )/i;

/** The type of text; undefined for bytes that are none. `isWhole`: there is no more of it. */
export function sniffText(head: Buffer, isWhole: boolean): FileType | undefined {
  const bytes = head.toString('latin1');
  if (bytes === '') return { type: 'text/plain', extension: '.txt' };
  const wide = WIDE.exec(bytes);
  if (wide) {
    const charset = wide[0] === '\xff\xfe' ? 'utf-16le' : 'utf-16be';
    return { type: `text/plain; charset=${charset}`, extension: '.txt' };
  }
  if (BINARY.test(bytes)) return undefined;
  const text = head.toString('utf8').replace(/^\ufeff/, '');
  const [type, extension] = markup(text) ?? structured(text, isWhole) ?? ['text/plain', '.txt'];
  const isPlain = ['text/plain', 'text/html', 'text/xml'].includes(type);
  return { type: isPlain ? `${type}; charset=${charsetOf(head)}` : type, extension };
}

type Found = readonly [type: string, extension: string] | undefined;

function markup(text: string): Found {
  if (SVG.test(text) || (XML.test(text) && text.includes('<svg'))) {
    return ['image/svg+xml', '.svg'];
  }
  if (HTML.test(text)) return ['text/html', '.html'];
  if (!XML.test(text)) return undefined;
  const root = ROOTS.find(([begins]) => begins.test(text));
  return root ? [root[1], root[2]] : ['text/xml', '.xml'];
}

type Fits = (text: string, isWhole: boolean) => boolean;
const begins =
  (with_: RegExp): Fits =>
  (text) =>
    with_.test(text);

const GEOMETRY = 'Feature(?:Collection)?|(?:Multi)?(?:Point|LineString|Polygon)|GeometryCollection';

/** What has a form of its own, in the order in which PocketBase tries it. */
const FORMS: readonly (readonly [fits: Fits, type: string, extension: string])[] = [
  [begins(/^<\?(?:php|[\n\r ])/i), 'text/x-php', '.php'],
  [
    begins(new RegExp(`^\\s*\\{\\s*"type"\\s*:\\s*"(?:${GEOMETRY})"`)),
    'application/geo+json',
    '.geojson',
  ],
  [begins(/^\s*\{\s*"asset"\s*:\s*\{[^}]*"version"\s*:\s*"[12]/), 'model/gltf+json', '.gltf'],
  [isJson, 'application/json', '.json'],
  [isJsonLines, 'application/x-ndjson', '.ndjson'],
  [begins(/^\{\\rtf/), 'text/rtf', '.rtf'],
  [begins(SRT), 'application/x-subrip', '.srt'],
  [(text, isWhole) => isCsv(text, ',', isWhole), 'text/csv', '.csv'],
  [(text, isWhole) => isCsv(text, '\t', isWhole), 'text/tab-separated-values', '.tsv'],
  [begins(/^BEGIN:VCARD\r?\n./is), 'text/vcard', '.vcf'],
  [begins(/^BEGIN:VCALENDAR\r?\n./is), 'text/calendar', '.ics'],
  [begins(/^WEBVTT(?:[\n\r \t]|$)/), 'text/vtt', '.vtt'],
  [isMail, 'message/rfc822', '.eml'],
];

function structured(text: string, isWhole: boolean): Found {
  const [, interpreter] = SHEBANG.exec(text) ?? [];
  if (interpreter) {
    return INTERPRETERS[interpreter.replace(/\d$/, '')] ?? ['text/x-shellscript', '.sh'];
  }
  const form = FORMS.find(([fits]) => fits(text, isWhole));
  return form && [form[1], form[2]];
}

function isMail(text: string): boolean {
  const [first = '', ...others] = text.split('\n', 21);
  return MAIL_LINE.test(first) && others.some((line) => MAIL_LINE.test(line));
}

/** A letter may be cut off at the end. */
function charsetOf(head: Buffer): string {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: true });
    return 'utf-8';
  } catch {
    return 'iso-8859-1';
  }
}
