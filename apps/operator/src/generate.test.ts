import { expect, test } from 'vitest';
import { generatedChartFiles } from './generate.ts';

test.each(generatedChartFiles())('the committed $path is the generated one', (file) => {
  expect(file.actual).toBe(file.expected);
});
