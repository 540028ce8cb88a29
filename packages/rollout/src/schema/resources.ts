import { Type } from 'typebox';
import { compareQuantities } from '../quantity.ts';
import { rule } from './rule.ts';
import { quantity } from './scalar.ts';

interface Amounts {
  cpu?: string;
  memory?: string;
}

const requestWithinLimit = (name: 'cpu' | 'memory') =>
  rule<{ requests?: Amounts; limits?: Amounts }>({
    rule: `!has(self.requests) || !has(self.limits) || !has(self.requests.${name}) || !has(self.limits.${name}) || !isQuantity(self.requests.${name}) || !isQuantity(self.limits.${name}) || quantity(self.requests.${name}).compareTo(quantity(self.limits.${name})) <= 0`,
    message: `requests.${name} must not exceed limits.${name}`,
    code: 'validation_request_exceeds_limit',
    field: `requests.${name}`,
    holds: ({ requests, limits }) => {
      const request = requests?.[name];
      const limit = limits?.[name];
      if (request === undefined || limit === undefined) return true;
      return compareQuantities(request, limit) <= 0;
    },
  });

const amounts = (title: string, description: string) =>
  Type.Object(
    {
      cpu: Type.Optional(quantity({ title: 'CPU', description: 'Cores, for instance 500m or 2.' })),
      memory: Type.Optional(
        quantity({ title: 'Memory', description: 'Bytes, for instance 256Mi or 2Gi.' }),
      ),
    },
    { title, description, additionalProperties: false },
  );

export const ResourcesSchema = Type.Object(
  {
    requests: Type.Optional(amounts('Requests', 'What every instance is guaranteed.')),
    limits: Type.Optional(amounts('Limits', 'What no instance may exceed.')),
  },
  {
    title: 'Resources',
    description: 'CPU and memory of every instance.',
    additionalProperties: false,
    rules: [requestWithinLimit('cpu'), requestWithinLimit('memory')],
  },
);
