import { toProblem, type Problem } from '#lib/api/problem.ts';
import type { Manifest } from '#lib/api/records.ts';
import { validateManifest } from '#lib/manifest/validate.ts';
import type { ManifestDraft } from './manifest-draft.svelte.ts';

const PREFIX = 'manifest.';
export const CHECK_FORM = 'Some fields need your attention.';

/** The manifest of a draft, or what is wrong with it: the draft then holds the same at its fields. */
export async function checkManifest(
  draft: ManifestDraft,
): Promise<{ manifest?: Manifest; problem?: Problem }> {
  const manifest = draft.result();
  const errors = manifest === undefined ? { ...draft.errors } : await validateManifest(manifest);
  if (manifest !== undefined && Object.keys(errors).length === 0) return { manifest };
  draft.errors = errors;
  return { problem: { status: 400, message: CHECK_FORM, fields: errors, requestId: '' } };
}

/**
 * Checks a draft and hands its manifest to `send`. On refusal the draft holds the server's words at their
 * fields and the problem is returned; undefined means saved.
 */
export async function saveManifest(
  draft: ManifestDraft,
  send: (manifest: Manifest) => Promise<unknown>,
): Promise<Problem | undefined> {
  try {
    const { manifest, problem } = await checkManifest(draft);
    if (manifest === undefined) return problem;
    await send(manifest);
    return undefined;
  } catch (error) {
    const problem = toProblem(error);
    draft.errors = Object.fromEntries(
      Object.entries(problem.fields)
        .filter(([path]) => path.startsWith(PREFIX))
        .map(([path, message]) => [path.slice(PREFIX.length), message]),
    );
    return Object.keys(problem.fields).length > 0
      ? { ...problem, message: CHECK_FORM, requestId: '' }
      : problem;
  }
}

/** Messages of a refusal that no field on the page shows. */
export function unplaced(draft: ManifestDraft, problem: Problem): [string, string][] {
  const shown = document.querySelectorAll('[aria-invalid="true"]').length;
  const entries = Object.entries(problem.fields);
  return draft.mode === 'yaml' || entries.length > shown ? entries : [];
}
