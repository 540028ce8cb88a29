import type { ClusterObject } from '@davit/domain';
import { expect, test } from 'vitest';
import { portsChange } from './service-ports.ts';

const service = (ports: object[]): ClusterObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'http-web-svc' },
  spec: { ports },
});
const ours = { name: 'http', port: 8080, targetPort: 8080, protocol: 'TCP' };
const theirs = { name: 'metrics', port: 9100 };

test.each([
  ['ours as it is', [ours], undefined],
  ['none', [], undefined],
  ['a port of somebody else', [theirs, ours], undefined],
  ['ours renumbered', [{ ...ours, port: 81 }], [ours]],
  ['ours renumbered, and a port of somebody else', [{ ...ours, port: 81 }, theirs], [ours, theirs]],
  ['ours by another protocol', [{ ...ours, protocol: 'UDP' }], [ours]],
])('with %s', (_what, live, ports) => {
  expect(portsChange(service(live), service([ours]))).toEqual(ports && { spec: { ports } });
});
