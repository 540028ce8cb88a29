import { defineConfig } from 'vitest/config';

// Real engines on a shared machine: one more try there, and the run's end names who needed it.
const slow = {
  testTimeout: 120_000,
  hookTimeout: 180_000,
  retry: process.env.CI ? 1 : 0,
  // states are waited for, however busy the machine is
  expect: { poll: { timeout: 30_000 } },
};

export default defineConfig({
  test: {
    coverage: { provider: 'v8', include: ['packages/*/src/**/*.ts'] },
    projects: [
      {
        test: {
          name: 'unit',
          include: ['packages/*/src/**/*.test.ts', 'apps/{server,operator,admin}/src/**/*.test.ts'],
          testTimeout: 20_000,
          expect: { poll: { timeout: 10_000 } },
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'api',
          include: ['test/api/**/*.test.ts', 'test/edge/**/*.test.ts'],
          sequence: { groupOrder: 1 },
          ...slow,
        },
      },
      {
        test: {
          name: 'cluster',
          include: ['test/cluster/**/*.test.ts'],
          sequence: { groupOrder: 2 },
          globalSetup: ['test/cluster/cluster.setup.ts'],
          fileParallelism: false,
          ...slow,
        },
      },
      {
        test: {
          name: 'ui',
          include: ['test/ui/**/*.test.ts'],
          sequence: { groupOrder: 3 },
          globalSetup: ['test/cluster/cluster.setup.ts'],
          fileParallelism: false,
          ...slow,
        },
      },
      {
        test: {
          name: 'docker',
          include: ['test/docker/**/*.test.ts'],
          sequence: { groupOrder: 4 },
          fileParallelism: false,
          ...slow,
          testTimeout: 240_000,
        },
      },
    ],
  },
});
