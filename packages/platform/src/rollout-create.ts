import { AppError } from '@davit/domain';
import type { JsonObject } from '@davit/domain';
import type { RecordData, RecordWriteRequestEvent, RequestInfo } from '@davit/records';
import { COLLECTION_IDS } from './collections.ts';
import { intentOf } from './intent.ts';
import { movedBelow, sealManifest } from './manifest.ts';
import { textOf, timestamp } from './parts.ts';
import type { PlatformParts } from './parts.ts';
import { openSecrets } from './seal.ts';
import type { SealedManifest } from './manifest.ts';
import { detailOf } from './rollout-change.ts';
import { deploymentOf, ownedProject } from './target.ts';

const CHECK_TIMEOUT_MS = 2_000;

/** Causes by the headers of a request: the one part of it that is handed on as it is. */
export type Causes = WeakMap<RequestInfo['headers'], string>;

export interface RolloutCreateOptions {
  parts: PlatformParts;
  /** why this request creates a rollout, where it was not a person's own wish */
  causes: Causes;
}

/**
 * Before a rollout is stored: it is the caller's to create, its manifest is one the engine takes, and its secrets
 * are sealed. With it, in the same transaction, the rollout that ran until now ends.
 */
export function onRolloutCreate({ parts, causes }: RolloutCreateOptions): void {
  parts.records.hooks.onRecordCreateRequest(
    async (e) => {
      const { record } = e;
      if (textOf(record.endDate) !== '') {
        throw new AppError('invalid', 'EndDate is not allowed on create.');
      }
      const project = await ownedProject(e, record, e.request.auth);
      const deployment = await deploymentOf(e, record, project);
      const sealed = await seal(parts, e, deployment);
      if (e.request.context !== 'batch') await check(parts, { deployment, project, sealed });
      record.id ||= randomId();
      record.manifest = sealed.manifest;
      record.startDate = timestamp(parts.clock);
      record.cause = causes.get(e.request.headers) ?? '';
      e.audit = { action: 'rollout.deploy', detail: detailOf(record) };
      commit(e, { parts, sealed });
      await e.next();
    },
    { tags: [COLLECTION_IDS.rollouts], id: 'platform.rollout.create' },
  );
}

async function seal(
  parts: PlatformParts,
  { record, records }: RecordWriteRequestEvent,
  deployment: RecordData,
): Promise<SealedManifest> {
  const [running] = await records.find(COLLECTION_IDS.rollouts, {
    filter: 'deployment = {:deployment}',
    params: { deployment: deployment.id },
    sort: '-startDate',
    limit: 1,
  });
  const previous = running ? await parts.store.secrets(running.id) : [];
  return sealManifest(record.manifest, previous, parts);
}

interface Candidate {
  deployment: RecordData;
  project: RecordData;
  sealed: SealedManifest;
}

/** Asks the engine; only a refusal blocks. An engine that is away gets the rollout when it is back. */
async function check(parts: PlatformParts, candidate: Candidate): Promise<void> {
  const { deployment, project, sealed } = candidate;
  const intent = intentOf({
    deployment: { id: deployment.id, project: project.id },
    project: { name: textOf(project.name), user: textOf(project.user), username: '' },
    rollout: { id: randomId(), spec: sealed.manifest.spec as JsonObject },
    secrets: openSecrets(sealed.sealed, parts.box),
    suspended: false,
  });
  try {
    await parts.driver.check(intent, { signal: AbortSignal.timeout(CHECK_TIMEOUT_MS) });
  } catch (error) {
    if (AppError.is(error, 'invalid')) throw movedBelow(['manifest', 'spec'], error);
    if (AppError.is(error, 'forbidden')) {
      throw movedBelow(['manifest'], new AppError('invalid', error.message, { cause: error }));
    }
    parts.logger.log('warn', 'engine did not check the rollout', {
      deployment: deployment.id,
      error,
    });
  }
}

function commit(
  e: RecordWriteRequestEvent,
  { parts, sealed }: { parts: PlatformParts; sealed: SealedManifest },
): void {
  const deploymentId = textOf(e.record.deployment);
  const projectId = textOf(e.record.project);
  e.commit((tx) => {
    if (!tx.get(COLLECTION_IDS.deployments, deploymentId)) {
      throw new AppError('invalid', 'The deployment was removed.');
    }
    const ended = timestamp(parts.clock);
    for (const running of tx.find(COLLECTION_IDS.rollouts, {
      deployment: deploymentId,
      endDate: '',
    })) {
      tx.save(COLLECTION_IDS.rollouts, { id: running.id, endDate: ended });
    }
    tx.platform.putSecrets(e.record.id, sealed.sealed);
    tx.platform.deleteTombstone({ projectId, deploymentId, deleteData: false });
  });
}

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** 15 × [a-z0-9], as PocketBase's record ids. */
function randomId(): string {
  let id = '';
  while (id.length < 15) {
    // 252 = 7 × 36: a larger byte would favour the first letters
    for (const byte of crypto.getRandomValues(new Uint8Array(24))) {
      if (byte < 252 && id.length < 15) id += ALPHABET[byte % 36];
    }
  }
  return id;
}
