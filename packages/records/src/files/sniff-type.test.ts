import { expect, test } from 'vitest';
import { isOfType } from './file-signatures.ts';
import { sniffType } from './sniff-type.ts';

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');
const zip = (first: string): string => `PK\x03\x04${'\0'.repeat(22)}\x08\0\0\0${first}`;
const ole = (part: string): string =>
  `\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1${'\0'.repeat(1200)}${[...part].join('\0')}`;

// what PocketBase 0.40.4 says to the same bytes
test.each([
  ['', 'text/plain'],
  ['hello', 'text/plain; charset=utf-8'],
  ['caf\xc3\xa9', 'text/plain; charset=utf-8'],
  ['\xe4\xf6\xfc', 'text/plain; charset=iso-8859-1'],
  ['\xff\xfeh\0i\0', 'text/plain; charset=utf-16le'],
  ['abc\x01def', 'application/octet-stream'],
  ['\x89PNG\r\n\x1a\n', 'image/png'],
  ['\xff\xd8\xff\xe0', 'image/jpeg'],
  ['RIFF\0\0\0\0WAVEfmt ', 'audio/wav'],
  ['\0\0\0\x18ftypmp42', 'video/mp4'],
  ['\0\0\0\x18ftypM4A ', 'audio/x-m4a'],
  ['\0\0\0\x18ftypmif1', 'image/heif'],
  ['\0\0\0\x18ftyp3gp4', 'video/3gpp'],
  ['\x1aE\xdf\xa3\x01\0B\x82\x88matroska', 'video/matroska'],
  ['\x1aE\xdf\xa3\x01\0B\x82\x84webm', 'video/webm'],
  ['MThd\0\0\0\x06', 'audio/midi'],
  ['Rar!\x1a\x07\x01\0', 'application/vnd.rar'],
  ['SQLite format 3\0', 'application/vnd.sqlite3'],
  [zip('mimetypeapplication/epub+zip'), 'application/epub+zip'],
  [
    zip('mimetypeapplication/vnd.oasis.opendocument.text'),
    'application/vnd.oasis.opendocument.text',
  ],
  [zip('META-INF/MANIFEST.MF'), 'application/java-archive'],
  [zip('a.txt'), 'application/zip'],
  [ole('WordDocument'), 'application/msword'],
  [ole('Workbook'), 'application/vnd.ms-excel'],
  ['<p>hi', 'text/html; charset=utf-8'],
  ['<!-- x -->', 'text/html; charset=utf-8'],
  ['<svg xmlns="http://www.w3.org/2000/svg"/>', 'image/svg+xml'],
  ['<?xml version="1.0"?><a/>', 'text/xml; charset=utf-8'],
  ['<?xml version="1.0"?><rss version="2.0">', 'application/rss+xml'],
  ['{"a":1}', 'application/json'],
  ['{"a":1}\n{"b":2}\n', 'application/x-ndjson'],
  ['{"type":"FeatureCollection","features":[]}', 'application/geo+json'],
  ['{"a"', 'text/plain; charset=utf-8'],
  ['5', 'text/plain; charset=utf-8'],
  ['a,b\n1,2\n3,4\n', 'text/csv'],
  ['a,b\n1,"2,\n"\n', 'text/csv'],
  ['a,b\n1,2,3\n', 'text/plain; charset=utf-8'],
  ['a\tb\n1\t2\n', 'text/tab-separated-values'],
  ['{\\rtf1', 'text/rtf'],
  ['WEBVTT\n\n', 'text/vtt'],
  ['1\n00:00:01,000 --> 00:00:02,000\nhi\n', 'application/x-subrip'],
  ['From: a@b.c\nSubject: x\n\n', 'message/rfc822'],
  ['BEGIN:VCARD\nVERSION:3.0\n', 'text/vcard'],
  ['#!/bin/sh\n', 'text/x-shellscript'],
  ['#!/usr/bin/python3\n', 'text/x-python'],
])('%j is %s', (content, type) => {
  expect(sniffType(bytes(content)).type).toBe(type);
});

test.each([
  [JSON.stringify(Array(2000).fill({ a: 'b"\\', c: [null, -1.5e9] })), 'application/json'],
  [`[${'1,'.repeat(3000)}`, 'application/json'],
  [`{"a":[}${'1,'.repeat(3000)}`, 'text/plain; charset=utf-8'],
  [`a,b\n${'1,2\n'.repeat(2000)}`, 'text/csv'],
  [`{"a":1}\n`.repeat(1000), 'application/x-ndjson'],
])('a long file is known by its beginning: %#', (content, type) => {
  expect(sniffType(bytes(content)).type).toBe(type);
});

test.each(['<!-->', '<!-- -->', '"\\', '{"', '<kml ', 'a,"', '[[', '\n'])(
  'a text of nothing but %j is looked at in one go',
  (piece) => {
    expect(sniffType(bytes(piece.repeat(3000))).type).toMatch(/^text\/|^application\/json$/);
  },
);

test.each([
  ['text/plain; charset=utf-8', 'text/plain', true],
  ['text/rtf', 'application/rtf', true],
  ['audio/mpeg', 'Audio/MP3', true],
  ['video/matroska', 'video/x-matroska', true],
  ['text/csv', 'text/plain', false],
])('%s is of the type %s: %j', (type, wanted, expected) => {
  expect(isOfType(type, wanted)).toBe(expected);
});
