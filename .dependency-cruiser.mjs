const pure = ['rollout', 'filter', 'flist', 'controller'];
const technologies = [
  'sqlite',
  'files',
  'auth',
  'mail',
  'events',
  'registry',
  'edge',
  'tls',
  'kubernetes',
  'docker',
];
const capabilities = ['records', 'platform', 'updates', 'hub', 'canvas', 'operator'];
const src = (names) => `^packages/(${names.join('|')})/`;

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'domain-is-pure',
      comment: 'domain imports nothing, not even node:',
      severity: 'error',
      from: { path: '^packages/domain/', pathNot: '\\.test\\.ts$' },
      to: { pathNot: '^packages/domain/' },
    },
    {
      name: 'pure-packages-know-only-domain',
      severity: 'error',
      from: { path: src(pure), pathNot: '(\\.test|/generate)\\.ts$' },
      to: { path: '^(packages|apps)/', pathNot: ['^packages/domain/', '^packages/$1/'] },
    },
    {
      name: 'pure-packages-do-no-io',
      severity: 'error',
      from: { path: src(pure), pathNot: '(\\.test|/generate)\\.ts$' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'technologies-do-not-know-each-other',
      severity: 'error',
      from: { path: src(technologies), pathNot: '\\.test\\.ts$' },
      to: { path: src([...technologies, ...capabilities, 'http']), pathNot: '^packages/$1/' },
    },
    {
      name: 'capabilities-do-not-know-technologies',
      severity: 'error',
      from: { path: src(capabilities), pathNot: '\\.(test|fixture)\\.ts$' },
      to: { path: src([...technologies, 'http']) },
    },
    {
      name: 'insides-are-private',
      comment: 'other packages are imported by name, through their index.ts',
      severity: 'error',
      from: { path: '^packages/([^/]+)/' },
      to: {
        path: '^packages/[^/]+/src/',
        pathNot: [
          '^packages/$1/',
          '^packages/[^/]+/src/(index|manual-clock|random-filters\\.fixture)\\.ts$',
        ],
      },
    },
    {
      name: 'http-knows-capabilities-only',
      severity: 'error',
      from: { path: '^packages/http/', pathNot: '\\.test\\.ts$' },
      to: { path: src(technologies) },
    },
    {
      name: 'packages-never-import-apps',
      severity: 'error',
      from: { path: '^packages/' },
      to: { path: '^apps/' },
    },
    {
      name: 'apps-never-import-apps',
      severity: 'error',
      from: { path: '^apps/([^/]+)/' },
      to: { path: '^apps/', pathNot: '^apps/$1/' },
    },
    {
      name: 'testkit-only-in-tests',
      severity: 'error',
      from: { path: '^(packages|apps)/', pathNot: ['\\.test\\.ts$', '^packages/testkit/'] },
      to: { path: '^packages/testkit/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: ['\\.svelte-kit', '/dist/', '/build/'] },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'default'] },
  },
};
