import { writeSync } from 'node:fs';
import type { Reporter, SerializedError, TestModule, TestSuite } from 'vitest/node';

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

/**
 * Prints one plain line at the very end: `N passed, N failed, N skipped`. A failing hook is a
 * failure. Tests that passed only when tried again are named before it.
 */
export default class CountReporter implements Reporter {
  #counts: Counts = { passed: 0, failed: 0, skipped: 0 };
  #triedAgain: string[] = [];

  constructor() {
    process.once('exit', () => {
      const { passed, skipped } = this.#counts;
      // a run that fails before its first test, in a global set-up for instance, counts as one
      const failed = this.#counts.failed || (process.exitCode ? 1 : 0);
      for (const name of this.#triedAgain) writeSync(1, `passed only when tried again: ${name}\n`);
      writeSync(1, `${passed} passed, ${failed} failed, ${skipped} skipped\n`);
      if (failed > 0) process.exitCode ||= 1;
    });
  }

  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): void {
    const counts: Counts = { passed: 0, failed: unhandledErrors.length, skipped: 0 };
    const triedAgain: string[] = [];
    for (const module of modules) {
      counts.failed += suiteFailures(module);
      for (const suite of module.children.allSuites()) counts.failed += suiteFailures(suite);
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        // a test that never ran, because its file or a hook failed, is not a pass
        counts[state === 'pending' ? 'skipped' : state] += 1;
        if (test.diagnostic()?.flaky)
          triedAgain.push(`${module.relativeModuleId} > ${test.fullName}`);
      }
    }
    this.#counts = counts;
    this.#triedAgain = triedAgain;
  }
}

function suiteFailures(suite: TestModule | TestSuite): number {
  return suite.errors().length > 0 ? 1 : 0;
}
