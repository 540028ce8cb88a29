import { expect, test } from 'vitest';
import { generatedFiles } from './generate.ts';

test.each(generatedFiles())('the committed $path is the generated one', (file) => {
  expect(file.actual).toBe(file.expected);
});
