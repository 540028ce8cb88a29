import type { SchemaNode } from './schema/node.ts';
import { specSchema } from './schema/spec.ts';
import { API_VERSION, KIND } from './labels.ts';

interface Entry {
  path: string;
  node: SchemaNode;
  required: boolean;
}

/** The page about every field of a manifest, as Markdown. */
export function renderReference(): string {
  const rows = [...fields(specSchema, 'spec')].map(row);
  return `<!-- Generated from packages/rollout by \`pnpm generate\`. -->

# Rollout

\`${API_VERSION}\`, kind \`${KIND}\`, short name \`ro\`. The smallest one that serves:

\`\`\`yaml
apiVersion: ${API_VERSION}
kind: ${KIND}
metadata:
  name: web
spec:
  image: { registry: docker.io, repository: library/nginx, tag: '1.29' }
  interfaces:
    - { name: http, port: 80 }
\`\`\`

A larger one, with what apps usually need:

\`\`\`yaml
spec:
  image: { registry: ghcr.io, repository: acme/shop, tag: '2.4.1', pullSecretName: ghcr }
  horizontalScale: { minReplicas: 2, maxReplicas: 6, targetCPUUtilizationPercentage: 70 }
  resources:
    requests: { cpu: 100m, memory: 128Mi }
    limits: { memory: 256Mi }
  rollback: auto # a change that fails goes back by itself
  probes:
    readiness: { http: { path: /ready } }
  env: [{ name: LOG_LEVEL, value: info }]
  envFrom: [{ secretName: shop-credentials }]
  files: [{ path: /etc/shop/config.yaml, content: 'theme: dark' }]
  volumes: [{ name: uploads, mountPath: /data, size: 5Gi }]
  interfaces:
    - name: http
      port: 8080
      ingress:
        ingressClass: nginx
        annotations: { cert-manager.io/cluster-issuer: letsencrypt }
        rules: [{ host: shop.example.com, path: /, tls: true }]
  initContainers:
    - { name: migrate, image: { registry: ghcr.io, repository: acme/shop, tag: '2.4.1' }, args: [migrate], secrets: true }
  cronjobs:
    - { name: report, image: { registry: ghcr.io, repository: acme/shop, tag: '2.4.1' }, schedule: '0 6 * * *', timeZone: Europe/Zurich, args: [report], inherit: true }
  securityContext: { runAsNonRoot: true, runAsUser: 1000, allowPrivilegeEscalation: false, capabilities: { drop: [ALL] }, seccompProfile: { type: RuntimeDefault } }
\`\`\`

Fields that the cluster cannot make anything of (an \`httpRoute\` without the Gateway API) are named in the condition \`SpecRendered\` of the status.

| field | type | what it is |
| --- | --- | --- |
${rows.join('\n')}
`;
}

function* fields(node: SchemaNode, path: string): Generator<Entry> {
  for (const [name, child] of Object.entries(node.properties ?? {})) {
    const required = node.required?.includes(name) ?? false;
    const at = `${path}.${name}`;
    yield { path: at, node: child, required };
    yield* fields(child, at);
    if (child.items) yield* fields(child.items, `${at}[]`);
  }
}

function row({ path, node, required }: Entry): string {
  const limits = [
    ...valuesOf(node),
    ...(node.minimum === undefined ? [] : [`${node.minimum} to ${node.maximum ?? '…'}`]),
    ...(node.rules ?? []).map(({ message }) => message),
  ];
  const text = [node.description ?? '', ...limits.map((limit) => `${limit}.`)].join(' ').trim();
  const name = `\`${path}\`${required ? ' *' : ''}`;
  return `| ${name} | ${typeOf(node)} | ${text.replaceAll('|', '\\|').replaceAll('\n', ' ')} |`;
}

function valuesOf({ enum: values, examples = [] }: SchemaNode): string[] {
  const shown = (values ?? examples).filter((value) => value !== '');
  return shown.length === 0 ? [] : [shown.map((value) => `\`${value}\``).join(', ')];
}

function typeOf(node: SchemaNode): string {
  if (node.type === 'array') return `list of ${node.items ? typeOf(node.items) : 'values'}`;
  if (node.patternProperties) return 'map';
  if (node['x-kubernetes-int-or-string']) return 'integer or share';
  return node.type ?? 'value';
}
