import { Type } from 'typebox';
import type { TString } from 'typebox';
import { uniqueBy } from './rule.ts';
import { text } from './scalar.ts';

const name = (): TString =>
  text({
    title: 'Name',
    description: 'Name of the variable.',
    minLength: 1,
    maxLength: 128,
    pattern: '^[-._a-zA-Z][-._a-zA-Z0-9]*$',
    hint: 'Must consist of letters, digits, "_", "-" and ".", and not start with a digit.',
  });

// the kernel accepts no longer single variable (MAX_ARG_STRLEN)
const value = (description: string): TString =>
  text({ title: 'Value', description, maxLength: 131_072 });

const variable = () =>
  Type.Object(
    { name: name(), value: value('Value of the variable.') },
    { additionalProperties: false },
  );

export const EnvSchema = Type.Array(variable(), {
  title: 'Variables',
  description: 'Environment variables. Of those with one name the last one counts.',
  maxItems: 200,
});

/** Fewer: what the API server reckons a rule can cost is multiplied by the number of containers. */
export const ContainerEnvSchema = Type.Array(variable(), {
  title: 'Variables',
  description: 'Environment variables.',
  maxItems: 64,
  rules: [uniqueBy('name', 'names of variables must be unique')],
});

export const SecretsSchema = Type.Array(
  Type.Object(
    {
      name: text({
        title: 'Name',
        description: 'Name of the variable; blanks around it do not count.',
        minLength: 1,
        maxLength: 253,
        pattern: '^[ \\t\\n]*[-._a-zA-Z0-9]+[ \\t\\n]*$',
        hint: 'Must consist of letters, digits, "_", "-" and ".".',
      }),
      value: value('Value of the variable, readable by whoever reads this object.'),
    },
    { additionalProperties: false },
  ),
  {
    title: 'Secrets',
    description:
      'Secret environment variables, kept in the Secret <name>-secrets. Of those with one name the last one counts.',
    maxItems: 200,
  },
);
