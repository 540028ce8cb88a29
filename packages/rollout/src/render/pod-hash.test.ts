import { expect, test } from 'vitest';
import type { RolloutSpec } from '../schema/spec.ts';
import { aRollout } from '../testing.ts';
import { podHash } from './pod-hash.ts';

const full: Partial<RolloutSpec> = {
  args: ['-v'],
  env: [{ name: 'A', value: '1' }],
  secrets: [{ name: 'S', value: 'x' }],
  resources: { requests: { cpu: '100m', memory: '1Gi' }, limits: {} },
  volumes: [{ name: 'data', mountPath: '/data', size: '1Gi' }],
  interfaces: [{ name: 'http', port: 80 }],
  securityContext: { runAsUser: 0 },
  files: [{ path: '/etc/app.conf', content: 'a=1' }],
  drainSeconds: 3,
};

// a hash that comes out otherwise makes an upgrade replace the pods of everybody
test.each<[string, Partial<RolloutSpec>, string]>([
  ['a bare spec', {}, '7f8a4358aa622d1093477ce8a1202d03'],
  ['a full spec', full, '15de4325abad1ae2cd6dbcf5001f66f6'],
])('the hash of %s is what it always was', (_what, spec, hash) => {
  expect(podHash(aRollout(spec))).toBe(hash);
});
