import { AppError } from '@davit/domain';
import { flattenFields } from '#lib/api/problem.ts';
import type { Manifest } from '#lib/api/records.ts';

/**
 * The server's own checks, run in the browser: messages by dotted path, empty when it is valid. The schema
 * is loaded on first use.
 */
export async function validateManifest(manifest: Manifest): Promise<Record<string, string>> {
  const { parseManifest } = await import('@davit/rollout');
  try {
    parseManifest(manifest);
    return {};
  } catch (error) {
    if (!AppError.is(error, 'invalid')) throw error;
    const fields = flattenFields(error.data);
    return Object.keys(fields).length > 0 ? fields : { spec: error.message };
  }
}
