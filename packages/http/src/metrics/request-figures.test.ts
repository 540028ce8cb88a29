import { expect, test } from 'vitest';
import { RequestFigures } from './request-figures.ts';

test('counts requests by route and status, and how many took how long at most', () => {
  const figures = new RequestFigures();
  const request = { method: 'GET', route: '/a/"b"', status: 200 };
  for (const seconds of [0.001, 0.03, 60, undefined]) {
    figures.begin();
    figures.end({ ...request, seconds });
  }
  figures.begin();
  const lines = figures.text().split('\n');
  const labels = 'method="GET",route="/a/\\"b\\""';
  expect(lines).toContain(`davit_http_requests_total{${labels},status="200"} 4`);
  expect(lines).toContain('davit_http_requests_open 1');
  const bucket = (le: string): string =>
    `davit_http_request_duration_seconds_bucket{le="${le}",${labels}}`;
  const counts = ['0.001', '0.025', '0.05', '10', '+Inf'].map((le) => {
    const line = lines.find((text) => text.startsWith(bucket(le)));
    return line?.slice(bucket(le).length);
  });
  expect(counts).toEqual([' 1', ' 1', ' 2', ' 2', ' 3']);
  expect(lines).toContain(`davit_http_request_duration_seconds_count{${labels}} 3`);
});
