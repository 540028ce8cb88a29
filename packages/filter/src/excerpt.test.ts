import { expect, test } from 'vitest';
import { excerpt } from './excerpt.ts';

// from PocketBase's own test
const html = ` <script>var a = 123;</script>   <p>Hello</p><div id="test_id">t   est<b>12
	3</b><span>456</span></div><span>word <b>7</b> 89<span>!<b>?</b><b> a </b><b>b </b>c</span>#<h1>title</h1>`;
const text = 'Hello t est12 3456 word 7 89!? a b c# title';

test.each([
  [html, 2, false, 'He'],
  [html, text.length, false, text],
  [html, text.length + 5, true, text],
  [html, 2, true, 'He...'],
  ['аб\nв ', 4, true, 'аб в'],
  ['аб\nв ', 3, true, 'аб...'],
  ['a<br>b', 10, false, 'ab'],
  ['a<hr/>b', 10, false, 'a b'],
  ['1 < 2 &amp;&lt;&#65;&#x42;&nope;&euro;&#9999999;', 99, false, '1 < 2 &<AB&nope;€&#9999999;'],
  ['<!-- no --><!DOCTYPE html>x', 9, false, 'x'],
  ['<svg><svg>a</svg>b</svg>c', 9, false, 'c'],
  ['<select><option>a</option></select></select>x', 9, false, 'x'],
  ['<a title="x > y">z</a>', 9, false, 'z'],
  ['a <!-- open', 9, false, 'a'],
])('%j at most %i', (...[source, max, ellipsis, wanted]) => {
  expect(excerpt(source, max, ellipsis)).toBe(wanted);
});
