import type { SchemaNode } from './schema/node.ts';
import { specSchema } from './schema/spec.ts';
import { statusSchema } from './schema/status.ts';

type Fields = Record<string, unknown>;

/** Keywords of ours, or of JSON Schema, that a structural schema does not know. */
const DROPPED = ['title', 'hint', 'examples', 'additionalProperties', 'patternProperties', 'rules'];

/** The CustomResourceDefinition, as `crds/rollouts.one-click.dev.yaml` has it. */
export function renderCrd(): Fields {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'rollouts.one-click.dev' },
    spec: {
      group: 'one-click.dev',
      scope: 'Namespaced',
      names: {
        kind: 'Rollout',
        listKind: 'RolloutList',
        plural: 'rollouts',
        singular: 'rollout',
        shortNames: ['ro'],
        categories: ['all', 'davit'],
      },
      versions: [
        {
          name: 'v1alpha1',
          served: true,
          storage: true,
          schema: { openAPIV3Schema: rootSchema() },
          subresources: {
            status: {},
            scale: {
              specReplicasPath: '.spec.replicas',
              statusReplicasPath: '.status.replicas',
              labelSelectorPath: '.status.selector',
            },
          },
          additionalPrinterColumns: COLUMNS,
        },
      ],
    },
  };
}

const column = (name: string, jsonPath: string, more: Fields = {}): Fields => ({
  name,
  type: 'string',
  jsonPath,
  ...more,
});
const wide = { priority: 1 };

const COLUMNS = [
  column('Ready', '.status.conditions[?(@.type=="Ready")].status'),
  column('Phase', '.status.phase'),
  column('Reason', '.status.reason', wide),
  column('Image', '.spec.image.repository'),
  column('Tag', '.spec.image.tag'),
  column('Replicas', '.status.readyReplicas', { type: 'integer', description: 'Ready instances.' }),
  column('Minimum', '.spec.horizontalScale.minReplicas', { type: 'integer', ...wide }),
  column('Deployment Status', '.status.deployment.status', wide),
  column('Service Status', '.status.services[*].status', wide),
  column('Ingress Status', '.status.ingresses[*].status', wide),
  column('Volume Status', '.status.volumes[*].status', wide),
  column('Service Account', '.spec.serviceAccountName', wide),
  column('Rollout Strategy', '.spec.rolloutStrategy', wide),
  column('Creation Timestamp', '.metadata.creationTimestamp', { type: 'date', ...wide }),
  column('Age', '.metadata.creationTimestamp', { type: 'date' }),
];

function rootSchema(): Fields {
  return {
    description:
      'A Rollout is an app that runs: one image, its scale, settings, volumes and ports.',
    type: 'object',
    required: ['spec'],
    properties: {
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      metadata: { type: 'object' },
      spec: structural(specSchema),
      status: structural(statusSchema),
    },
    'x-kubernetes-validations': [
      {
        rule: `self.metadata.name.size() <= 63 && self.metadata.name.matches('^[a-z0-9]([-a-z0-9]*[a-z0-9])?$')`,
        message: 'metadata.name must be a DNS label of at most 63 characters',
      },
    ],
  };
}

/** A schema of ours as the structural schema of a CRD. */
export function structural(node: SchemaNode): Fields {
  const kept = Object.entries(node).filter(
    ([key, value]) => !DROPPED.includes(key) && !(key === 'description' && value === ''),
  );
  const entries = Object.values(node.patternProperties ?? {})[0];
  return {
    ...Object.fromEntries(kept),
    ...(node.items === undefined ? {} : { items: structural(node.items) }),
    ...(entries === undefined ? {} : { additionalProperties: structural(entries) }),
    ...(node.properties === undefined ? {} : { properties: structuralFields(node.properties) }),
    ...(node.rules === undefined ? {} : { 'x-kubernetes-validations': node.rules.map(celOf) }),
  };
}

const structuralFields = (properties: Record<string, SchemaNode>): Fields =>
  Object.fromEntries(Object.entries(properties).map(([name, node]) => [name, structural(node)]));

const celOf = ({ rule, message, field }: NonNullable<SchemaNode['rules']>[number]): Fields => ({
  rule,
  message,
  ...(field === undefined ? {} : { fieldPath: `.${field}` }),
});
