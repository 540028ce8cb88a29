import { createQueue } from '@davit/controller';
import { expect, test } from 'vitest';
import { Metrics } from './metrics.ts';

test('writes what Prometheus reads, failures from zero on', async () => {
  const metrics = new Metrics(4);
  const queue = createQueue({
    onWaited: (ms) => metrics.waited(ms),
    onWorked: (ms) => metrics.worked(ms),
  });
  metrics.watch({
    queue: () => queue.stats(),
    leading: () => true,
    watches: () => [
      { kind: 'Pod', connected: false },
      { kind: 'Secret', connected: true },
    ],
    waiting: () => true,
    phases: () => [{ namespace: 'shop', name: 'web', phase: 'Running' }],
  });
  queue.add('shop/web');
  await queue.take();
  queue.done('shop/web');
  metrics.reconciled('success', 0.5);
  metrics.failed('conflict');
  metrics.request({ method: 'GET', path: '/', status: 200, ms: 1 });
  metrics.request({ method: 'GET', path: '/', status: 0, ms: 1 });
  const lines = (await metrics.text()).split('\n');
  expect(lines).toEqual(
    expect.arrayContaining([
      '# TYPE controller_runtime_reconcile_total counter',
      'controller_runtime_reconcile_total{controller="rollout",result="success"} 1',
      'controller_runtime_reconcile_total{controller="rollout",result="error"} 0',
      'controller_runtime_reconcile_errors_total{controller="rollout"} 1',
      'controller_runtime_reconcile_time_seconds_bucket{le="0.5",controller="rollout"} 1',
      'controller_runtime_max_concurrent_reconciles 4',
      'davit_reconcile_errors_total{code="conflict"} 1',
      'rest_client_requests_total{method="GET",code="200"} 1',
      'rest_client_requests_total{method="GET",code="<error>"} 1',
      'workqueue_depth{name="rollout"} 0',
      'workqueue_adds_total{name="rollout"} 1',
      'workqueue_queue_duration_seconds_count{name="rollout"} 1',
      'workqueue_work_duration_seconds_count{name="rollout"} 1',
      'leader_election_master_status 1',
      'davit_watch_connected{kind="Pod"} 0',
      'davit_watch_connected{kind="Secret"} 1',
      'davit_original_operator_running 1',
      'davit_rollout_phase{namespace="shop",name="web",phase="Running"} 1',
    ]),
  );
});

test('a Rollout that is gone, or in another phase, is not told any more', async () => {
  const metrics = new Metrics(1);
  const found = [{ namespace: 'shop', name: 'web', phase: 'Running' }];
  const queue = createQueue();
  const levels = {
    queue: () => queue.stats(),
    leading: () => true,
    watches: () => [],
    waiting: () => false,
  };
  metrics.watch({ ...levels, phases: () => found });
  expect(await metrics.text()).toContain('phase="Running"');
  found.pop();
  expect(await metrics.text()).not.toContain('phase="Running"');
});
