import { Type } from 'typebox';
import { rule } from './rule.ts';
import { absolutePath, integer, port, seconds, words } from './scalar.ts';

const target = () =>
  Type.Optional(port({ title: 'Port', description: 'Absent: the port of the first interface.' }));

const times = (title: string, description: string, minimum = 1) =>
  Type.Optional(integer({ title, description, minimum, maximum: 1000 }));

const ProbeSchema = (title: string, description: string) =>
  Type.Object(
    {
      http: Type.Optional(
        Type.Object(
          {
            path: absolutePath({
              title: 'Path',
              description: 'Healthy when a GET is answered with 200 to 399.',
              maxLength: 1024,
            }),
            port: target(),
          },
          { title: 'HTTP', description: 'Asks over HTTP.', additionalProperties: false },
        ),
      ),
      tcp: Type.Optional(
        Type.Object(
          { port: target() },
          { title: 'TCP', description: 'Opens a connection.', additionalProperties: false },
        ),
      ),
      exec: Type.Optional(
        Type.Object(
          { command: words({ title: 'Command', description: 'Healthy when it ends with 0.' }) },
          {
            title: 'Command',
            description: 'Runs a command in the container.',
            additionalProperties: false,
          },
        ),
      ),
      initialDelaySeconds: Type.Optional(
        seconds({ title: 'Delay', description: 'Before the first check.' }),
      ),
      periodSeconds: Type.Optional(
        seconds({ title: 'Period', description: 'Between checks; 10 where absent.', minimum: 1 }),
      ),
      timeoutSeconds: Type.Optional(
        seconds({ title: 'Timeout', description: 'Of one check; 1 where absent.', minimum: 1 }),
      ),
      failureThreshold: times('Failures', 'Failed checks in a row that count; 3 where absent.'),
    },
    {
      title,
      description,
      additionalProperties: false,
      rules: [
        rule<Record<string, unknown>>({
          rule: '[has(self.http), has(self.tcp), has(self.exec)].filter(x, x).size() == 1',
          message: 'a probe has exactly one of http, tcp and exec',
          code: 'validation_probe_kind',
          holds: (probe) => ['http', 'tcp', 'exec'].filter((kind) => kind in probe).length === 1,
        }),
      ],
    },
  );

export const ProbesSchema = Type.Object(
  {
    readiness: Type.Optional(
      ProbeSchema('Readiness', 'Whether an instance gets requests. Takes the place of readiness.'),
    ),
    liveness: Type.Optional(
      ProbeSchema('Liveness', 'Whether an instance has to be started again.'),
    ),
    startup: Type.Optional(
      ProbeSchema('Start-up', 'Whether an instance has started; the others wait for it.'),
    ),
  },
  {
    title: 'Probes',
    description: 'How the health of an instance is checked.',
    additionalProperties: false,
  },
);
