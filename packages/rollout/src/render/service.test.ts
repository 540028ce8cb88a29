import { expect, test } from 'vitest';
import { aRollout } from '../testing.ts';
import { renderService } from './service.ts';

test('an interface is found by its internal name', () => {
  const service = renderService(aRollout(), { name: 'http', port: 8080 });
  expect(service.metadata.name).toBe('http-shop-svc');
  expect(service.spec).toEqual({
    type: 'ClusterIP',
    selector: { 'one-click.dev/projectId': 'project1', 'one-click.dev/deploymentId': 'shop' },
    ports: [{ name: 'http', port: 8080, targetPort: 8080, protocol: 'TCP' }],
  });
});
