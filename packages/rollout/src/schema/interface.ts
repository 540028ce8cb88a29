import { Type } from 'typebox';
import { uniqueBy } from './rule.ts';
import { hostName, objectName, port, serviceLabel, text } from './scalar.ts';

// repeated hosts and paths are legal: several rules of one host may differ in TLS
const IngressRuleSchema = Type.Object(
  {
    host: hostName({ title: 'Host', description: 'Host name; empty matches every host.' }),
    path: text({
      title: 'Path',
      description: 'Path prefix; empty matches every path.',
      maxLength: 1024,
      pattern: '^(/[^\\x00-\\x1f]*)?$',
      hint: 'Must begin with "/".',
    }),
    tls: Type.Optional(Type.Boolean({ title: 'TLS', description: 'Serve this host over HTTPS.' })),
    tlsSecretName: Type.Optional(
      objectName({
        title: 'TLS secret',
        description: 'Secret with the certificate; made by the ingress class where absent.',
      }),
    ),
  },
  { additionalProperties: false },
);

const IngressSchema = Type.Object(
  {
    ingressClass: Type.Optional(
      objectName({ title: 'Ingress class', description: 'Empty: the default of the cluster.' }),
    ),
    annotations: Type.Optional(
      Type.Record(Type.String(), text({ title: '', description: '', maxLength: 16_384 }), {
        title: 'Annotations',
        description: 'Annotations of the Ingress.',
        maxProperties: 64,
      }),
    ),
    rules: Type.Optional(
      Type.Array(IngressRuleSchema, {
        title: 'Rules',
        description: 'Hosts and paths that lead here.',
        maxItems: 64,
      }),
    ),
  },
  {
    title: 'Ingress',
    description: 'How the interface is reached from outside.',
    additionalProperties: false,
  },
);

const GatewaySchema = Type.Object(
  {
    name: objectName({ title: 'Name', description: 'Name of the Gateway.', minLength: 1 }),
    namespace: Type.Optional(
      objectName({ title: 'Namespace', description: 'Absent: the one of the Rollout.' }),
    ),
    sectionName: Type.Optional(
      objectName({ title: 'Listener', description: 'Absent: all that accept the hosts.' }),
    ),
  },
  { additionalProperties: false },
);

const SEGMENT = "([-A-Za-z0-9._~!$&'()*+,;=:@]|%[0-9a-fA-F]{2})+";

/** Narrower than what an Ingress takes: the definition of HTTPRoutes says so. */
const urlPath = text({
  title: '',
  description: '',
  minLength: 1,
  maxLength: 1024,
  pattern: `^/(${SEGMENT}(/${SEGMENT})*/?)?$`,
  hint: 'Must be a path such as /api, as it is written in a URL.',
});

const HttpRouteSchema = Type.Object(
  {
    gateways: Type.Array(GatewaySchema, {
      title: 'Gateways',
      description: 'Gateways the route belongs to.',
      maxItems: 8,
    }),
    hostnames: Type.Optional(
      Type.Array(hostName({ title: '', description: '' }), {
        title: 'Hosts',
        description: 'Host names; absent: all of the listener.',
        maxItems: 16,
      }),
    ),
    paths: Type.Optional(
      Type.Array(urlPath, {
        title: 'Paths',
        description: 'Path prefixes; absent: every path.',
        maxItems: 8,
      }),
    ),
  },
  {
    title: 'HTTP route',
    description: 'How the interface is reached through a Gateway, in place of an Ingress.',
    additionalProperties: false,
  },
);

const InterfaceSchema = Type.Object(
  {
    name: serviceLabel({
      title: 'Name',
      description: 'The Service is called <interface>-<name>-svc.',
    }),
    port: port({ title: 'Port', description: 'TCP port the container listens on.' }),
    ingress: Type.Optional(IngressSchema),
    httpRoute: Type.Optional(HttpRouteSchema),
  },
  { additionalProperties: false },
);

export const InterfacesSchema = Type.Array(InterfaceSchema, {
  title: 'Interfaces',
  description: 'Ports the container serves. The first one tells whether an instance is ready.',
  maxItems: 32,
  rules: [uniqueBy('name', 'names of interfaces must be unique')],
});
