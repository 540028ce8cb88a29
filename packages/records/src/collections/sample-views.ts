import { AppError, type Collection, type QueryConsole, type Row } from '@davit/domain';
import { SAMPLE } from './save-view.ts';
import { trimmedQuery } from './view-columns.ts';
import { viewQueryOf } from './view-fields.ts';

/** Of views with a query of their own, by id: their first records, or what kept them from being read. */
export type ViewSamples = ReadonlyMap<string, () => Row[]>;

/**
 * Reads views before they are saved, apart from everything else: a query may be slow, and in the transaction it would
 * hold everybody up. What reads tables that are not there yet has no sample.
 */
export async function sampleViews(
  console: QueryConsole,
  views: readonly Collection[],
): Promise<ViewSamples> {
  const samples = new Map<string, () => Row[]>();
  for (const view of views) {
    try {
      const rows = await console.sampleView(trimmedQuery(viewQueryOf(view)), SAMPLE);
      samples.set(view.id, () => rows);
    } catch (error) {
      if (AppError.is(error, 'invalid')) continue;
      if (!AppError.is(error, 'timeout')) throw error;
      samples.set(view.id, () => {
        throw new AppError('invalid', error.message, { cause: error });
      });
    }
  }
  return samples;
}
