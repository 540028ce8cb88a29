import { Type } from 'typebox';
import { EnvSchema } from './env.ts';
import { CronJobImageSchema } from './image.ts';
import { commandFields } from './command.ts';
import { SecurityContextSchema } from './pod.ts';
import { ResourcesSchema } from './resources.ts';
import { uniqueBy } from './rule.ts';
import { dnsLabel, integer, moment, oneOf, seconds, text } from './scalar.ts';

const FIELD = '[0-9A-Za-z*,/?-]+';

const history = (title: string, description: string) =>
  integer({ title, description, minimum: 0, maximum: 100 });

const CronJobSchema = Type.Object(
  {
    // its runs are called so, too, with eleven characters more
    name: dnsLabel({ title: 'Name', description: 'Name of the job.', maxLength: 52 }),
    suspend: Type.Optional(
      Type.Boolean({ title: 'Suspended', description: 'Starts no further runs.' }),
    ),
    image: CronJobImageSchema,
    schedule: text({
      title: 'Schedule',
      description: 'Five cron fields or @hourly, @daily, @weekly, @monthly, @yearly, @every 1h.',
      minLength: 1,
      maxLength: 100,
      pattern: `^[ \\t]*(@(yearly|annually|monthly|weekly|daily|midnight|hourly)|@every ([0-9]+(h|m|s))+|${FIELD}([ \\t]+${FIELD}){4})[ \\t]*$`,
      hint: 'Must be five cron fields, for instance */5 * * * *, or @hourly, @daily and so on.',
    }),
    resources: Type.Optional(ResourcesSchema),
    ...commandFields(),
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
        description: 'How often a run that fails is tried again; 0 where absent.',
        minimum: 0,
        maximum: 1000,
      }),
    ),
    env: Type.Optional(EnvSchema),
    inherit: Type.Optional(
      Type.Boolean({
        title: 'Like the app',
        description:
          'Runs with the variables, secrets, files, volumes, account, rights and placement of the app.',
      }),
    ),
    securityContext: Type.Optional(SecurityContextSchema),
    timeZone: Type.Optional(
      text({
        title: 'Time zone',
        description: 'Of the schedule, for instance Europe/Zurich; UTC as a rule where absent.',
        maxLength: 64,
        pattern: '^([A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*)?$',
        hint: 'Must be a time zone such as Europe/Zurich.',
      }),
    ),
    concurrencyPolicy: Type.Optional(
      oneOf(['Allow', 'Forbid', 'Replace'], {
        title: 'Overlap',
        description: 'What happens while an earlier run goes on; Allow where absent.',
      }),
    ),
    startingDeadlineSeconds: Type.Optional(
      seconds({ title: 'Start deadline', description: 'A run that is later is left out.' }),
    ),
    activeDeadlineSeconds: Type.Optional(
      seconds({ title: 'Deadline', description: 'A run that takes longer is ended.', minimum: 1 }),
    ),
    successfulJobsHistoryLimit: Type.Optional(
      history('Kept successes', 'Runs that ended well and are kept; 3 where absent.'),
    ),
    failedJobsHistoryLimit: Type.Optional(
      history('Kept failures', 'Runs that failed and are kept; 1 where absent.'),
    ),
    runAt: Type.Optional(
      moment({
        title: 'Run now',
        description: 'A later time than before starts a run at once, beside the schedule.',
      }),
    ),
  },
  { additionalProperties: false },
);

export const CronJobsSchema = Type.Array(CronJobSchema, {
  title: 'Cron jobs',
  description: 'Jobs that run by schedule.',
  maxItems: 20,
  rules: [uniqueBy('name', 'names of cron jobs must be unique')],
});
