/** One measured thing beside what it is compared with. */
export interface Row {
  readonly what: string;
  readonly unit: 's' | 'ms' | 'MB' | 'writes' | 'CPU s' | 'CPU µs' | 'req/s' | 'failed' | '×';
  readonly davit: number;
  /** undefined where there is nothing fair to compare with */
  readonly bare?: number | undefined;
}

export interface BenchCase {
  readonly name: string;
  /** what `bare` is, in one sentence */
  readonly beside: string;
  /** seconds after which the case is given up */
  readonly limit: number;
  run(signal: AbortSignal): Promise<readonly Row[]>;
}

/** A Markdown table with the ratio of each pair. */
export function renderTable(rows: readonly Row[]): string {
  const lines = rows.map(({ what, unit, davit, bare }) => {
    const ratio = bare ? (davit / bare).toFixed(2) : '–';
    return `| ${what} | ${format(davit)} ${unit} | ${bare === undefined ? '–' : `${format(bare)} ${unit}`} | ${ratio} |`;
  });
  return [
    '| measured | Davit | bare | Davit ÷ bare |',
    '| --- | ---: | ---: | ---: |',
    ...lines,
  ].join('\n');
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

function format(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(value < 10 ? 2 : 1);
}
