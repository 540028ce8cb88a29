import { defineConfig } from 'vitest/config';

// Real engines on a shared machine: one more try there, and the run's end names who needed it.
const slow = {
  testTimeout: 120_000,
  hookTimeout: 180_000,
  retry: process.env.CI ? 1 : 0,
  // states are waited for, however busy the machine is
  expect: { poll: { timeout: 30_000 } },
};

/** Those with a control plane of their own; the others share a cluster whose pods run, one after the other. */
const PLANES = [
  'cel-twins',
  'crd',
  'driver',
  'driver-watch',
  'helm-{release,render}',
  'http-route',
  'kube-http',
  'operator',
  'operator-{children,cluster,drift,faults,killed,lease,old-crd,rights,scale}',
  'pinned',
  'reflector',
].map((name) => `test/cluster/${name}.test.ts`);

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
          name: 'plane',
          include: PLANES,
          sequence: { groupOrder: 2 },
          globalSetup: ['test/cluster/programs.setup.ts'],
          maxWorkers: 2,
          ...slow,
        },
      },
      {
        test: {
          name: 'cluster',
          include: ['test/cluster/**/*.test.ts'],
          exclude: PLANES,
          sequence: { groupOrder: 3 },
          globalSetup: ['test/cluster/cluster.setup.ts'],
          fileParallelism: false,
          ...slow,
        },
      },
      {
        test: {
          name: 'ui',
          include: ['test/ui/**/*.test.ts'],
          sequence: { groupOrder: 4 },
          globalSetup: ['test/cluster/cluster.setup.ts'],
          fileParallelism: false,
          ...slow,
        },
      },
      {
        test: {
          name: 'docker',
          include: ['test/docker/**/*.test.ts'],
          sequence: { groupOrder: 5 },
          fileParallelism: false,
          ...slow,
          testTimeout: 240_000,
        },
      },
    ],
  },
});
