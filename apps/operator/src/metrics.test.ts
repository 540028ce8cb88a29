import { createQueue } from '@davit/controller';
import { expect, test } from 'vitest';
import { Metrics } from './metrics.ts';

test('writes what Prometheus reads, failures from zero on', () => {
  const metrics = new Metrics();
  metrics.reconciled('ok', 0.5);
  metrics.failed('conflict');
  metrics.request({ method: 'GET', path: '/', status: 200, ms: 1 });
  metrics.request({ method: 'GET', path: '/', status: 0, ms: 1 });
  const now = { queue: createQueue().stats(), leading: true, connected: false };
  const lines = metrics.text(now).split('\n');
  expect(lines).toEqual(
    expect.arrayContaining([
      '# TYPE davit_reconciles_total counter',
      'davit_reconciles_total{result="ok"} 1',
      'davit_reconciles_total{result="error"} 0',
      'davit_reconcile_errors_total{code="conflict"} 1',
      'davit_kube_requests_total{method="GET",code="200"} 1',
      'davit_kube_requests_total{method="GET",code="none"} 1',
      '# TYPE davit_leading gauge',
      'davit_leading 1',
      'davit_connected 0',
    ]),
  );
  for (const line of lines) expect(line).toMatch(/^$|^# (HELP|TYPE) |^[a-z_]+({[^}]*})? [\d.]+$/);
});
