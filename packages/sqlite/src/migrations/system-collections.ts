import type { Collection, Field } from '@davit/domain';
import { authOptions } from './auth-options.ts';
import {
  boolField,
  dateStampFields,
  emailField,
  fileField,
  idField,
  passwordField,
  textField,
} from './fields.ts';

const OWNER =
  "@request.auth.id != '' && recordRef = @request.auth.id && collectionRef = @request.auth.collectionId";

export const USERS_ID = '_pb_users_auth_';

/** The collections of a new directory, in PocketBase's order. */
export function systemCollections(now: string): Collection[] {
  return [
    ownedByRecords('_mfas', now, {
      id: 'pbc_2279338944',
      fields: [required('method')],
      indexes: [
        'CREATE INDEX `idx_mfas_collectionRef_recordRef` ON `_mfas` (collectionRef,recordRef)',
      ],
    }),
    ownedByRecords('_otps', now, {
      id: 'pbc_1638494021',
      fields: [
        passwordField('password', { cost: 8, hidden: true, required: true, system: true }),
        textField('sentTo', { hidden: true, system: true }),
      ],
      indexes: [
        'CREATE INDEX `idx_otps_collectionRef_recordRef` ON `_otps` (collectionRef, recordRef)',
      ],
    }),
    ownedByRecords('_externalAuths', now, {
      id: 'pbc_2281828961',
      fields: [required('provider'), required('providerId')],
      deleteRule: OWNER,
      indexes: [
        'CREATE UNIQUE INDEX `idx_externalAuths_record_provider` ON `_externalAuths` (collectionRef, recordRef, provider)',
        'CREATE UNIQUE INDEX `idx_externalAuths_collection_provider` ON `_externalAuths` (collectionRef, provider, providerId)',
      ],
    }),
    ownedByRecords('_authOrigins', now, {
      id: 'pbc_4275539003',
      fields: [required('fingerprint')],
      deleteRule: OWNER,
      indexes: [
        'CREATE UNIQUE INDEX `idx_authOrigins_unique_pairs` ON `_authOrigins` (collectionRef, recordRef, fingerprint)',
      ],
    }),
    superusers(now),
    users(now),
  ];
}

function ownedByRecords(
  name: string,
  now: string,
  { fields, ...parts }: Pick<Collection, 'id' | 'fields' | 'indexes'> & Partial<Collection>,
): Collection {
  return {
    name,
    type: 'base',
    system: true,
    fields: [
      idField(),
      required('collectionRef'),
      required('recordRef'),
      ...fields,
      ...dateStampFields({ system: true }),
    ],
    listRule: OWNER,
    viewRule: OWNER,
    createRule: null,
    updateRule: null,
    deleteRule: null,
    options: {},
    created: now,
    updated: now,
    ...parts,
  };
}

function required(name: string): Field {
  return textField(name, { required: true, system: true });
}

function superusers(now: string): Collection {
  const id = 'pbc_3142635823';
  return {
    id,
    name: '_superusers',
    type: 'auth',
    system: true,
    fields: [...authFields(), ...dateStampFields({ system: true })],
    indexes: authIndexes(id, '_superusers'),
    listRule: null,
    viewRule: null,
    createRule: null,
    updateRule: null,
    deleteRule: null,
    options: authOptions({ authDuration: 86_400 }),
    created: now,
    updated: now,
  };
}

function users(now: string): Collection {
  const rule = 'id = @request.auth.id';
  const mimeTypes = ['jpeg', 'png', 'svg+xml', 'gif', 'webp'].map((type) => `image/${type}`);
  return {
    id: USERS_ID,
    name: 'users',
    type: 'auth',
    system: false,
    fields: [
      ...authFields(),
      textField('name', { max: 255 }),
      fileField('avatar', { mimeTypes }),
      ...dateStampFields({ system: false }),
    ],
    indexes: authIndexes(USERS_ID, 'users'),
    listRule: rule,
    viewRule: rule,
    createRule: '',
    updateRule: rule,
    deleteRule: rule,
    options: authOptions({ name: 'name', avatarURL: 'avatar' }),
    created: now,
    updated: now,
  };
}

function authFields(): Field[] {
  return [
    idField(),
    passwordField('password', { hidden: true, min: 8, required: true, system: true }),
    textField('tokenKey', {
      autogeneratePattern: '[a-zA-Z0-9]{50}',
      hidden: true,
      max: 60,
      min: 30,
      required: true,
      system: true,
    }),
    emailField('email', { required: true, system: true }),
    boolField('emailVisibility', { system: true }),
    boolField('verified', { system: true }),
  ];
}

function authIndexes(id: string, table: string): string[] {
  return [
    `CREATE UNIQUE INDEX \`idx_tokenKey_${id}\` ON \`${table}\` (\`tokenKey\`)`,
    `CREATE UNIQUE INDEX \`idx_email_${id}\` ON \`${table}\` (\`email\`) WHERE \`email\` != ''`,
  ];
}
