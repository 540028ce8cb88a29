import type { Collection, Field, Rule } from '@davit/domain';
import {
  boolField,
  dateField,
  dateStampFields,
  fileField,
  idField,
  jsonField,
  relationField,
  textField,
} from './fields.ts';
import { USERS_ID } from './system-collections.ts';

/** Ids of One-Click's collections; code finds them by these, whatever they are called. */
export const PLATFORM_IDS = {
  projects: '7kff2zw80a7rmbu',
  deployments: 'h2e1cdq94xgdclh',
  rollouts: '22k6ts6gvnp46mc',
  blueprints: 'vs5gr49hpah1g9q',
  autoUpdates: 'zpmsid5xlf5361s',
} as const;

type PlatformName = keyof typeof PLATFORM_IDS;

const OWN = '@request.auth.id != "" && @request.auth.id = user.id';
const UNLIMITED = 2_147_483_647;
const AVATAR_SIZE = 5_242_880;

/** What the platform adds to the rules of `users`: members of a blueprint see each other. */
export const USERS_RULE =
  'id = @request.auth.id || (id ?~ @collection.blueprints.users.id && @request.auth.id ?~ @collection.blueprints.owner.id )';

/** One-Click's collections as of PocketBase 0.40, with the fields Davit adds. */
export function platformCollections(now: string): Collection[] {
  return [projects(now), deployments(now), rollouts(now), blueprints(now), autoUpdates(now)];
}

function collection(
  name: PlatformName,
  now: string,
  { fields, ...parts }: { fields: Field[]; indexes?: string[] } & Partial<Collection>,
): Collection {
  return {
    id: PLATFORM_IDS[name],
    name,
    type: 'base',
    system: false,
    fields: [idField(), ...fields, ...dateStampFields({ system: false })],
    indexes: [],
    ...rules(OWN, OWN, OWN),
    options: {},
    created: now,
    updated: now,
    ...parts,
  };
}

function rules(
  read: Rule,
  update: Rule,
  own: Rule,
): Pick<Collection, 'listRule' | 'viewRule' | 'createRule' | 'updateRule' | 'deleteRule'> {
  return { listRule: read, viewRule: read, createRule: own, updateRule: update, deleteRule: own };
}

const user = (id: string, name = 'user'): Field =>
  relationField(name, USERS_ID, { id, required: true });

function projects(now: string): Collection {
  return collection('projects', now, {
    fields: [
      textField('name', { id: 'tespr1c6', required: true, max: 20 }),
      user('wtqd5mcs'),
      textField('tags', { id: 'suvb4g6d' }),
      fileField('avatar', { id: 'yldzqgcc', maxSize: AVATAR_SIZE }),
      textField('description', { id: 'nycwajdm' }),
      ...ADDED_FIELDS.projects(),
    ],
  });
}

function deployments(now: string): Collection {
  return collection('deployments', now, {
    fields: [
      textField('name', { id: '7ljvitwv' }),
      user('rulx1vxv'),
      fileField('avatar', { id: 'yjdzrfgx', maxSize: AVATAR_SIZE }),
      relationField('project', PLATFORM_IDS.projects, { id: 'v8cb6gmi', required: true }),
      relationField('blueprint', PLATFORM_IDS.blueprints, { id: 'drawo3ga' }),
      ...ADDED_FIELDS.deployments(),
    ],
  });
}

function rollouts(now: string): Collection {
  return collection('rollouts', now, {
    fields: [
      user('ejjjrgsx'),
      dateField('startDate', { id: 'd4ao9g9a' }),
      dateField('endDate', { id: 'w2gqsrp7' }),
      jsonField('manifest', { id: 'snj8tkvx', required: true, maxSize: 2_000_000 }),
      relationField('project', PLATFORM_IDS.projects, { id: 'yfbgdq7m', required: true }),
      boolField('hide', { id: 'jv7hnbca' }),
      relationField('deployment', PLATFORM_IDS.deployments, { id: 'tbscll1i', required: true }),
      ...ADDED_FIELDS.rollouts(),
    ],
    indexes: [runningIndex('rollouts')],
  });
}

function blueprints(now: string): Collection {
  const read =
    '@request.auth.id != "" && private = false || @request.auth.id != "" && (private = true && @request.auth.id = owner.id || @request.auth.id ?~ users.id)';
  const update =
    '@request.auth.id != "" && (@request.auth.id = owner.id ||@request.auth.id ?~ users.id)';
  return collection('blueprints', now, {
    fields: [
      textField('name', { id: 'bugevqik', required: true, max: 20 }),
      textField('description', { id: 'zn8ngu4i', max: 50 }),
      fileField('avatar', { id: 'romoi3xk', maxSize: AVATAR_SIZE }),
      jsonField('manifest', { id: '62exjbtc', required: true, maxSize: 1_048_576 }),
      user('ghekcuvl', 'owner'),
      relationField('users', USERS_ID, { id: 'lsitv5zo', maxSelect: UNLIMITED }),
      boolField('private', { id: 'wi7c7gda' }),
    ],
    ...rules(read, update, '@request.auth.id != "" && @request.auth.id = owner.id'),
  });
}

function autoUpdates(now: string): Collection {
  const pattern = String.raw`\b(?:\d+h)?(?:\d+m)?(?:\d+s)?\b`;
  return collection('autoUpdates', now, {
    fields: [
      user('yqgmgenf'),
      textField('interval', { id: 'he7930nq', required: true, pattern }),
      textField('pattern', { id: 'weuvu4uj' }),
      relationField('project', PLATFORM_IDS.projects, { id: 'tj2ookse', required: true }),
      textField('policy', { id: 'jmbmwt1e' }),
      relationField('deployment', PLATFORM_IDS.deployments, { id: 'xkztc4vt', required: true }),
    ],
  });
}

/** What Davit adds to a directory that One-Click made. Written by the server only. */
export const ADDED_FIELDS: Readonly<
  Record<'projects' | 'deployments' | 'rollouts', () => Field[]>
> = {
  projects: () => [textField('slug')],
  deployments: () => [
    textField('phase'),
    textField('reason'),
    textField('message'),
    boolField('drifted'),
    textField('slug'),
  ],
  rollouts: () => [textField('cause')],
};

/** Makes two running rollouts of one deployment impossible. */
export function runningIndex(table: string): string {
  return `CREATE UNIQUE INDEX \`idx_rollouts_running\` ON \`${table}\` (\`deployment\`) WHERE \`endDate\` = ''`;
}
