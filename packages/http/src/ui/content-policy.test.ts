import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { contentPolicy } from './content-policy.ts';

test('allows the scripts in the page by their hash and no others', () => {
  const script = '\n  start();\n';
  const policy = contentPolicy(
    `<html><script src="/a.js"></script><script>${script}</script></html>`,
  );
  const hash = createHash('sha256').update(script).digest('base64');
  expect(policy).toContain(`script-src 'self' 'sha256-${hash}';`);
  expect(policy.match(/sha256-/g)).toHaveLength(1);
});
