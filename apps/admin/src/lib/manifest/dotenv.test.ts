import { expect, test } from 'vitest';
import { parseDotenv } from './dotenv.ts';

test('splits at the first equals sign only', () => {
  expect(parseDotenv('URL=postgres://db/shop?sslmode=disable')).toEqual([
    { name: 'URL', value: 'postgres://db/shop?sslmode=disable' },
  ]);
});

test('takes export, quotes and a trailing newline, and skips comments and blanks', () => {
  expect(parseDotenv('# note\n\nexport A=1\nB="x\\ny"\nC=\'$z\'\nD=\n')).toEqual([
    { name: 'A', value: '1' },
    { name: 'B', value: 'x\ny' },
    { name: 'C', value: '$z' },
    { name: 'D', value: '' },
  ]);
});
