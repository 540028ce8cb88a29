import { has } from '@davit/testkit';
import { describe, expect, test } from 'vitest';
import { renderTable } from '../bench/bench-case.ts';
import { measureOperator, operatorRows } from '../bench/operator.ts';
import { CHILDREN } from '../bench/operator-scene.ts';

const soak = process.env['DAVIT_SOAK'] === '1';
const HOURS = 3_600_000;

describe.runIf(soak && has('api') && has('kwok'))('the operator with very many Rollouts', () => {
  test.each([
    { size: 1000, namespaces: 10 },
    { size: 5000, namespaces: 500 },
  ])(
    'writes no more than it has to for $size in $namespaces namespaces',
    async (fleet) => {
      const figures = await measureOperator(fleet, AbortSignal.timeout(2 * HOURS));
      console.log(renderTable(operatorRows(fleet, figures)));
      expect(figures.writes).toBeLessThanOrEqual(CHILDREN + 3);
      expect(figures.quiet).toBe(0);
      expect(figures.restartWrites).toBe(0);
    },
    2 * HOURS,
  );
});
