import { Type } from 'typebox';
import { CronJobEnvSchema } from './env.ts';
import { CronJobImageSchema } from './image.ts';
import { words } from './pod.ts';
import { ResourcesSchema } from './resources.ts';
import { uniqueBy } from './rule.ts';
import { dnsLabel, integer, text } from './scalar.ts';

const FIELD = '[0-9A-Za-z*,/?-]+';

const CronJobSchema = Type.Object(
  {
    name: dnsLabel({ title: 'Name', description: 'Name of the job.' }),
    suspend: Type.Optional(
      Type.Boolean({ title: 'Suspended', description: 'Starts no further runs.' }),
    ),
    image: CronJobImageSchema,
    schedule: text({
      title: 'Schedule',
      description: 'Five cron fields or @hourly, @daily, @weekly, @monthly, @yearly, @every 1h.',
      minLength: 1,
      maxLength: 100,
      pattern: `^(@(yearly|annually|monthly|weekly|daily|midnight|hourly)|@every ([0-9]+(h|m|s))+|${FIELD}( +${FIELD}){4})$`,
      hint: 'Must be five cron fields, for instance */5 * * * *, or @hourly, @daily and so on.',
    }),
    resources: Type.Optional(ResourcesSchema),
    command: words('Command', 'Entry point in place of the one of the image.'),
    args: words('Arguments', 'Arguments of the entry point.'),
    maxRetries: Type.Optional(
      integer({
        title: 'Retries',
        description: 'Kept for old manifests; backoffLimit decides.',
        minimum: 0,
        maximum: 1000,
      }),
    ),
    backoffLimit: Type.Optional(
      integer({
        title: 'Retries',
        description: 'Failed tries before the run counts as failed.',
        minimum: 0,
        maximum: 1000,
      }),
    ),
    env: Type.Optional(CronJobEnvSchema),
  },
  { additionalProperties: false },
);

export const CronJobsSchema = Type.Array(CronJobSchema, {
  title: 'Cron jobs',
  description: 'Jobs that run by schedule.',
  maxItems: 20,
  rules: [uniqueBy('name', 'names of cron jobs must be unique')],
});
