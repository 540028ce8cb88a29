import { expect, test } from 'vitest';
import { parseDockerHost } from './docker-api.ts';

test('reads addresses in the words of DOCKER_HOST', () => {
  expect(parseDockerHost('unix:///run/docker.sock')).toEqual({ socketPath: '/run/docker.sock' });
  expect(parseDockerHost('tcp://10.0.0.1:2376')).toEqual({ host: '10.0.0.1', port: 2376 });
  expect(parseDockerHost('tcp://docker')).toEqual({ host: 'docker', port: 2375 });
});

test.each(['', 'docker.sock', 'ssh://host', 'tcp://'])('refuses "%s"', (host) => {
  expect(() => parseDockerHost(host)).toThrow(expect.objectContaining({ code: 'invalid' }));
});
