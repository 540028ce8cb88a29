import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { COMMANDS } from './command-line/commands.ts';
import type { CommandName } from './command-line/commands.ts';
import { ConfigError, parseConfig } from './config.ts';
import type { Environment, ServeConfig } from './config.ts';
import { VERSION } from './version.ts';

const COMMAND_NAMES = Object.keys(COMMANDS) as CommandName[];

const parse = (line: string, env: Environment = {}): ReturnType<typeof parseConfig> =>
  parseConfig(env, line.split(' ').filter(Boolean));

function problemsOf(line: string, env: Environment = {}): readonly string[] {
  try {
    parse(line, env);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

test('serves on the loopback address from ./pb_data where nothing else is said', () => {
  expect(parse('serve')).toMatchObject({
    command: 'serve',
    dir: resolve('pb_data'),
    publicDir: resolve('pb_public'),
    http: { host: '127.0.0.1', port: 8090 },
    origins: ['*'],
    passwordHash: 'auto',
    sync: 'normal',
    driver: { name: 'auto' },
  });
});

test('takes flags before and after the command, with = or without', () => {
  const config = parse('--dir=/data serve --http :80 --readers 0 --origins a,b --sync full --dev');
  expect(config).toMatchObject({
    dir: '/data',
    publicDir: '/pb_public',
    http: { host: '0.0.0.0', port: 80 },
    readers: 0,
    origins: ['a', 'b'],
    sync: 'full',
  });
});

test('reports every problem together', () => {
  const env = { PB_ENCRYPTION_KEY: 'short' };
  const line = 'serve now --http nowhere --context x --driver podman --readers -1 --colour --sync';
  expect(problemsOf(line, env)).toEqual([
    'unknown flag: --colour',
    '--sync needs a value',
    'PB_ENCRYPTION_KEY must be 32 bytes, it is 5',
    '--readers must be a whole number from 0 to 64, it is -1',
    'now is no domain name',
    '--http must be HOST:PORT, it is nowhere',
    '--driver must be one of auto, kubernetes, docker, none, it is podman',
    '--context needs --driver kubernetes',
  ]);
});

test('finds Docker by flag, then by DOCKER_HOST, then in its usual place', () => {
  const hostOf = (line: string, env: Environment = {}): string =>
    (parse(line, env) as ServeConfig).driver.dockerHost;
  const env = { DOCKER_HOST: 'tcp://build:2375' };
  expect(hostOf('serve')).toBe('unix:///var/run/docker.sock');
  expect(hostOf('serve', env)).toBe('tcp://build:2375');
  expect(hostOf('serve --docker-host unix:///d.sock', env)).toBe('unix:///d.sock');
  expect(problemsOf('serve --docker-host d.sock')).toEqual([
    '--docker-host must be unix:///path or tcp://host:port, it is d.sock',
  ]);
  expect(problemsOf('serve --driver none --edge-http :80')).toEqual([
    '--edge-http needs --driver docker',
  ]);
});

test('knows the commands of the edge', () => {
  expect(parse('edge --dir /d --edge-http 127.0.0.1:80')).toEqual({
    command: 'edge',
    action: 'run',
    dir: '/d',
    http: { host: '127.0.0.1', port: 80 },
  });
  expect(parse('edge stop --dir /d')).toMatchObject({ command: 'edge', action: 'stop' });
  expect(problemsOf('edge --http :80')).toEqual(['--http does not belong to "davit edge"']);
});

test('serves domains on the ports of the web, as PocketBase does', () => {
  expect(parse('serve Example.com www.example.com --dir /d')).toMatchObject({
    http: { host: '0.0.0.0', port: 80 },
    https: { address: { host: '0.0.0.0', port: 443 }, domains: ['example.com', 'www.example.com'] },
    tls: { folder: '/d/certificates', cache: '/d/.autocert_cache' },
  });
  expect(parse('serve --https example.com:8443 --http :8080')).toMatchObject({
    http: { port: 8080 },
    https: { address: { host: 'example.com', port: 8443 }, domains: ['example.com'] },
  });
  expect(parse('serve')).not.toHaveProperty('https');
  const line = 'serve --dir /d --acme-directory https://ca.test:14000/dir --acme-email a@b.c';
  expect(parse(line)).toMatchObject({
    tls: {
      acmeDirectory: 'https://ca.test:14000/dir',
      acmeEmail: 'a@b.c',
      cache: '/d/.autocert_cache/ca.test_14000',
    },
  });
  expect(problemsOf('serve localhost 10.0.0.1 --acme-directory http://ca --acme-email x')).toEqual([
    'localhost is no domain name',
    '10.0.0.1 is no domain name',
    '--acme-directory must be an https:// address, it is http://ca',
    '--acme-email must be an e-mail address, it is x',
  ]);
});

test('serves apps over HTTPS where an address is given', () => {
  const line = 'serve --driver docker --edge-https :8443 --edge-acme';
  expect(parse(line)).toMatchObject({
    driver: { edgeHttps: { host: '0.0.0.0', port: 8443 }, edgeAcme: true },
  });
  expect(parse('edge --edge-https :443')).toMatchObject({ https: { port: 443 } });
  expect(problemsOf('serve --edge-acme')).toEqual(['--edge-acme needs --edge-https']);
  expect(problemsOf('serve a.com --edge-http 127.0.0.1:80 --edge-https :443')).toEqual([
    '--http and --edge-http are the same address, 127.0.0.1:80',
    '--https and --edge-https are the same address, 0.0.0.0:443',
  ]);
});

test.each(['serve', 'superuser upsert', 'edge upgrade', 'doctor'])(
  'explains %s alike for "help", --help and -h',
  (command) => {
    const help = parse(`help ${command}`);
    expect(help).toMatchObject({ text: expect.stringContaining(`davit ${command}`) as string });
    expect(parse(`${command} --help`)).toEqual(help);
    expect(parse(`${command} -h`)).toEqual(help);
  },
);

test('reads the key from the variable that is named', () => {
  const env = { MY_KEY: 'k'.repeat(32) };
  const config = parse('serve --encryptionEnv MY_KEY', env) as ServeConfig;
  expect(config.encryptionKey).toBe('k'.repeat(32));
});

test.each([
  ['60', 60],
  ['', undefined],
  ['1m', undefined],
])('reads %j as seconds that clocks may differ by: %s', (PB_ID_TOKEN_LEEWAY, seconds) => {
  expect((parse('serve', { PB_ID_TOKEN_LEEWAY }) as ServeConfig).idTokenLeeway).toBe(seconds);
});

test('knows the superuser commands and their words', () => {
  expect(parse('superuser upsert a@b.c pass --dir /d')).toMatchObject({
    command: 'superuser',
    action: 'upsert',
    email: 'a@b.c',
    password: 'pass',
    dir: '/d',
  });
  expect(problemsOf('superuser delete a@b.c extra')).toHaveLength(1);
  expect(problemsOf('superuser promote a@b.c')).toEqual([
    'unknown command: superuser promote a@b.c',
  ]);
  expect(problemsOf('superuser create a b --http :1')).toEqual([
    '--http does not belong to "davit superuser create"',
  ]);
});

test.each(['--help', 'help', '', 'serve --help', 'serve -h'])(
  'explains itself for "%s"',
  (line) => {
    const config = parse(line);
    expect(config).toMatchObject({ command: 'help' });
    if (line.startsWith('serve')) expect(config).toMatchObject({ text: /--publicDir FOLDER/ });
  },
);

test('has the version of its package', () => {
  expect(parse('version')).toEqual({ command: 'version' });
  expect(parse('--version')).toEqual({ command: 'version' });
  const file = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  expect(VERSION).toBe((JSON.parse(file) as { version: string }).version);
});

test.each(['PB_SUPERUSER', 'PB_ADMIN', 'POCKETBASE_ADMIN'])(
  'the first superuser comes from the environment: %s',
  (prefix) => {
    const env = { [`${prefix}_EMAIL`]: 'a@example.com', [`${prefix}_PASSWORD`]: 'correct-horse' };
    expect(parse('serve', env)).toMatchObject({
      firstSuperuser: { email: 'a@example.com', password: 'correct-horse' },
    });
    expect(parse('doctor', env)).not.toHaveProperty('firstSuperuser');
  },
);

test('half a superuser, and one that cannot be made, are problems', () => {
  expect(problemsOf('serve', { PB_ADMIN_EMAIL: 'a@example.com' })).toEqual([
    'PB_ADMIN_EMAIL needs PB_ADMIN_PASSWORD',
  ]);
  const env = { PB_SUPERUSER_EMAIL: 'nobody', PB_SUPERUSER_PASSWORD: 'short' };
  expect(problemsOf('serve --queryTimeout soon', env)).toEqual([
    '--queryTimeout must be a whole number from 0 to 86400, it is soon',
    'PB_SUPERUSER_EMAIL is no e-mail address: nobody',
    'PB_SUPERUSER_PASSWORD must have 8 characters or more',
  ]);
});

test('reads the commands of PocketBase', () => {
  expect(parse('superuser otp a@example.com')).toMatchObject({ action: 'otp' });
  expect(parse('superuser ips 10.0.0.1 10.1.0.0/16')).toMatchObject({
    action: 'ips',
    addresses: ['10.0.0.1', '10.1.0.0/16'],
  });
  expect(parse('migrate create add_notes --dir /data/pb_data')).toMatchObject({
    command: 'migrate',
    action: 'create',
    argument: 'add_notes',
    migrationsDir: '/data/pb_migrations',
  });
  expect(parse('migrate history-sync')).toMatchObject({ action: 'history-sync' });
  expect(parse('serve --queryTimeout 5')).toMatchObject({ queryTimeoutMs: 5000 });
});

test.each(COMMAND_NAMES)('--help of "%s" tells what it does and its flags', (name) => {
  const { text } = parse(`${name} --help`) as { text: string };
  expect(text).toContain(`Usage: davit ${name}`);
  for (const flag of COMMANDS[name].flags) expect(text).toContain(`--${flag}`);
});
