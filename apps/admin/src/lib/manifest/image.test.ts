import { expect, test } from 'vitest';
import { formatImage, parseImage } from './image.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;

test.each([
  ['nginx', 'docker.io', 'library/nginx', 'latest'],
  ['nginx:1.27', 'docker.io', 'library/nginx', '1.27'],
  ['acme/web:2', 'docker.io', 'acme/web', '2'],
  ['ghcr.io/acme/web:1.4', 'ghcr.io', 'acme/web', '1.4'],
  ['localhost:5000/web', 'localhost:5000', 'web', 'latest'],
  ['localhost/web:1', 'localhost', 'web', '1'],
  ['registry.example.com:5000/a/b/c:x', 'registry.example.com:5000', 'a/b/c', 'x'],
  [`nginx:1.27@${DIGEST}`, 'docker.io', 'library/nginx', `1.27@${DIGEST}`],
  [`nginx@${DIGEST}`, 'docker.io', 'library/nginx', `latest@${DIGEST}`],
])('reads %s', (text, ...parts) => {
  const [registry, repository, tag] = parts;
  expect(parseImage(text)).toEqual({ registry, repository, tag });
});

test.each(['', 'UPPER/case', 'a b', 'nginx:', ':1', 'nginx:1:2', 'a//b', 'nginx@sha256:12'])(
  'refuses %j',
  (text) => {
    expect(parseImage(text)).toBeUndefined();
  },
);

test.each(['nginx:1.27', 'acme/web:2', 'ghcr.io/acme/web:1.4', 'localhost:5000/web:latest'])(
  'writes %s as it was read',
  (text) => {
    const parts = parseImage(text);
    expect(parts && formatImage(parts)).toBe(text);
  },
);
