import { createQueue } from '@davit/controller';
import { expect, test } from 'vitest';
import { Metrics } from './metrics.ts';

const options = { workers: 4, host: '10.96.0.1:443', leaseName: 'davit-operator' };

test('writes what Prometheus reads, failures from zero on', async () => {
  const metrics = new Metrics(options);
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
    outdated: () => true,
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
      'controller_runtime_reconcile_total{controller="rollout",result="requeue"} 0',
      'controller_runtime_reconcile_total{controller="rollout",result="requeue_after"} 0',
      'controller_runtime_reconcile_errors_total{controller="rollout"} 1',
      'controller_runtime_reconcile_panics_total{controller="rollout"} 0',
      'controller_runtime_terminal_reconcile_errors_total{controller="rollout"} 0',
      'controller_runtime_reconcile_timeouts_total{controller="rollout"} 0',
      'controller_runtime_reconcile_time_seconds_bucket{le="0.45",controller="rollout"} 0',
      'controller_runtime_reconcile_time_seconds_bucket{le="0.5",controller="rollout"} 1',
      'controller_runtime_max_concurrent_reconciles{controller="rollout"} 4',
      'controller_runtime_active_workers{controller="rollout"} 0',
      'davit_reconcile_errors_total{code="conflict"} 1',
      'rest_client_requests_total{code="200",method="GET",host="10.96.0.1:443"} 1',
      'rest_client_requests_total{code="<error>",method="GET",host="10.96.0.1:443"} 1',
      'workqueue_depth{name="rollout",controller="rollout",priority=""} 0',
      'workqueue_adds_total{name="rollout",controller="rollout"} 1',
      'workqueue_retries_total{name="rollout",controller="rollout"} 0',
      'workqueue_unfinished_work_seconds{name="rollout",controller="rollout"} 0',
      'workqueue_longest_running_processor_seconds{name="rollout",controller="rollout"} 0',
      'workqueue_queue_duration_seconds_count{name="rollout",controller="rollout"} 1',
      'workqueue_work_duration_seconds_count{name="rollout",controller="rollout"} 1',
      'leader_election_master_status{name="davit-operator"} 1',
      'davit_watch_connected{kind="Pod"} 0',
      'davit_watch_connected{kind="Secret"} 1',
      'davit_original_operator_running 1',
      'davit_crd_outdated 1',
      'davit_rollout_phase{namespace="shop",name="web",phase="Running"} 1',
    ]),
  );
});

test('a bug is counted as one', async () => {
  const metrics = new Metrics(options);
  metrics.failed('internal');
  expect(await metrics.text()).toContain(
    'controller_runtime_reconcile_panics_total{controller="rollout"} 1',
  );
});

test('a Rollout that is gone, or in another phase, is not told any more', async () => {
  const metrics = new Metrics(options);
  const found = [{ namespace: 'shop', name: 'web', phase: 'Running' }];
  const queue = createQueue();
  const levels = {
    queue: () => queue.stats(),
    leading: () => true,
    watches: () => [],
    waiting: () => false,
    outdated: () => false,
  };
  metrics.watch({ ...levels, phases: () => found });
  expect(await metrics.text()).toContain('phase="Running"');
  found.pop();
  expect(await metrics.text()).not.toContain('phase="Running"');
});
