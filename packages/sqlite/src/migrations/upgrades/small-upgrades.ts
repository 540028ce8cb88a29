import type { JsonObject } from '@davit/domain';
import { AppError } from '@davit/domain';
import { Collections } from '../../collections.ts';
import { textField } from '../fields.ts';
import { ALERT_BODY } from '../mail-templates.ts';
import { at, isObject } from './cast.ts';
import type { Upgrade } from './upgrade.ts';

const OLD_ALERT_BODY = `<p>Hello,</p>
<p>We noticed a login to your {APP_NAME} account from a new location.</p>
<p>If this was you, you may disregard this email.</p>
<p><strong>If this wasn't you, you should immediately change your {APP_NAME} account password to revoke access from all other locations.</strong></p>
<p>
  Thanks,<br/>
  {APP_NAME} team
</p>`;

/** Nobody may delete a sign-in that is half done. */
export function closeHalfSignIns({ db }: Upgrade): void {
  db.exec('CREATE INDEX IF NOT EXISTS idx__collections_type on `_collections` (`type`)');
  db.exec(`UPDATE _collections SET deleteRule = NULL WHERE name IN ('_mfas', '_otps')`);
}

/** Only previews of 0.23 had other ids; what they made is not known well enough to be changed. */
export function refusePreviews({ db }: Upgrade): void {
  const id = `SELECT id FROM _collections WHERE name = '_superusers'`;
  if (db.prepare<[], string>(id).pluck().get() === 'pbc_3142635823') return;
  throw new AppError(
    'unsupported',
    'This directory was made by a preview of PocketBase 0.23. Start it once with a newer PocketBase.',
  );
}

/** One-time passwords remember whom they were sent to. */
export function addSentTo({ db, stamp }: Upgrade): void {
  const collections = new Collections(db);
  const otps = collections.load().find(({ name }) => name === '_otps');
  if (!otps || otps.fields.some(({ name }) => name === 'sentTo')) return;
  const fields = [...otps.fields, textField('sentTo', { hidden: true, system: true })];
  collections.save({ ...otps, fields, updated: stamp }, otps);
}

/** The mail about a new place says which, unless somebody has written another. */
export function renewAlertMail({ db, stamp }: Upgrade): void {
  const collections = new Collections(db);
  for (const collection of collections.load()) {
    const { authAlert } = collection.options;
    if (collection.type !== 'auth' || !isObject(authAlert)) continue;
    if (at(authAlert, 'emailTemplate', 'body') !== OLD_ALERT_BODY) continue;
    const template = authAlert['emailTemplate'] as JsonObject;
    const renewed = { ...authAlert, emailTemplate: { ...template, body: ALERT_BODY } };
    const options = { ...collection.options, authAlert: renewed };
    collections.save({ ...collection, options, updated: stamp }, collection);
  }
}
