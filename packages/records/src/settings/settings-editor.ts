import { AppError, type Json, type SecretBox } from '@davit/domain';
import { appendAudit, changedPaths } from '../audit/append-audit.ts';
import type { Requester } from '../audit/audit.ts';
import { unreadable } from '../auth/auth-form.ts';
import type { Core } from '../core.ts';
import { runExecute, runModel } from '../hooks/model-chain.ts';
import type { RequestInfo } from '../request.ts';
import type { Scope } from '../scope.ts';
import { reportFailed, reportStored } from '../write/announce.ts';
import { mergeSettings } from './merge-settings.ts';
import { REQUIRED } from '../fields/field-kind.ts';
import type { S3Settings } from './settings.ts';
import { maskSettings, type SettingsData } from './settings-data.ts';
import type { SettingsSource } from './stored-settings.ts';
import { IN_INVALID, validateSettings } from './validate-settings.ts';

const SAVE_FAILED = 'An error occurred while saving the new settings.';
const TEST_FAILED = 'Failed to test the S3 filesystem.';

/** The settings as they are now, and the ways to see and change them. */
export interface Settings extends SettingsSource {
  /** What a superuser may see. */
  view(request: RequestInfo): Promise<unknown>;
  /**
   * Merges the request's body into the settings and answers what may be seen; `by` is noted as who did it. Errors:
   * `invalid` with `data`.
   */
  update(request: RequestInfo, by?: Requester): Promise<unknown>;
  /** Writes to the bucket of `storage` or `backups` and reads it back. Errors: `invalid`, with the reason. */
  testFiles(filesystem: Json | undefined): Promise<void>;
}

export interface SettingsParts {
  core: Core;
  scope: Scope;
  source: SettingsSource;
  /** seals the settings where they are stored, in PocketBase's way */
  box: SecretBox | undefined;
  testBucket: ((bucket: S3Settings) => Promise<void>) | undefined;
}

/** Adds to `source` what superusers may do with it. */
export function editableSettings(parts: SettingsParts): Settings {
  const { source, core } = parts;
  return {
    get current() {
      return source.current;
    },
    get data() {
      return source.data;
    },
    reload: () => reload(parts),
    async view(request) {
      const event = { request, settings: structuredClone(source.data) };
      let seen: SettingsData | undefined;
      await core.chains.onSettingsListRequest.run(event, [], (chained) => {
        seen = chained.settings;
      });
      return maskSettings(seen ?? event.settings);
    },
    async update(request, by = request) {
      const previous = source.data;
      const settings = mergeSettings(previous, request.body);
      const event = { request, previous: structuredClone(previous), settings };
      let saved = previous;
      await core.chains.onSettingsUpdateRequest.run(event, [], async (chained) => {
        await save(parts, chained.settings, by);
        saved = chained.settings;
      });
      return maskSettings(saved);
    },
    testFiles: (filesystem) => testFiles(parts, filesystem),
  };
}

async function testFiles({ source, testBucket }: SettingsParts, filesystem: Json | undefined) {
  if (filesystem !== 'storage' && filesystem !== 'backups') {
    const isBlank = [undefined, null, ''].some((blank) => blank === filesystem);
    if (!isBlank && typeof filesystem !== 'string') throw unreadable();
    throw new AppError('invalid', TEST_FAILED, {
      data: { filesystem: isBlank ? REQUIRED : IN_INVALID },
    });
  }
  const { s3, backups } = source.data;
  const bucket = filesystem === 'backups' ? backups.s3 : s3;
  try {
    if (!bucket.enabled) throw new Error('S3 storage filesystem is not enabled');
    if (!testBucket) throw new Error('this server keeps files in the data directory only');
    await testBucket(bucket);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new AppError('invalid', `${TEST_FAILED} Raw error: \n${reason}`, { cause });
  }
}

/** With the hooks of a change of any model around it; in a transaction it counts from the end of that. */
async function save(parts: SettingsParts, settings: SettingsData, by: Requester): Promise<void> {
  const { core, source, scope } = parts;
  const subject = { kind: 'settings' as const, settings, original: source.data };
  let isStored = false;
  try {
    await runModel({ chains: core.chains, phase: 'Update' }, subject, async (event) => {
      await runModel({ chains: core.chains, phase: 'Validate' }, event, check);
      await store(parts, event, by);
      isStored = true;
    });
  } catch (error) {
    if (!isStored) await reportFailed(core, 'update', { ...subject, error });
    throw error;
  } finally {
    if (isStored) {
      await scope.afterwards({
        async committed() {
          await reload(parts);
          await reportStored(core, 'update', subject);
        },
        rolledBack: (error) => reportFailed(core, 'update', { ...subject, error }),
      });
    }
  }
}

function check({ settings }: { settings: SettingsData }): void {
  const data = validateSettings(settings);
  if (Object.keys(data).length > 0) throw new AppError('invalid', SAVE_FAILED, { data });
}

async function store(
  { core, source, scope, box }: SettingsParts,
  subject: { kind: 'settings'; settings: SettingsData; original: SettingsData },
  by: Requester,
): Promise<void> {
  const text = JSON.stringify(subject.settings);
  const detail = { changed: changedPaths(source.data, subject.settings) };
  await scope.write((tx) => {
    runExecute({ chains: core.chains, write: 'Update' }, subject, () => {
      tx.setParamText('settings', box ? box.seal(text) : text);
      appendAudit(tx, core.clock, { by, note: { action: 'settings.update', detail } });
    });
  });
}

async function reload({ core, source }: SettingsParts): Promise<void> {
  await core.chains.onSettingsReload.run({}, [], () => source.reload());
}
