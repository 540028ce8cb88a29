/**
 * Work in a transaction that goes on in one go, unless it yields a promise to wait for. It yields only where hooks
 * of the records it takes along may do I/O.
 */
export type Work = Generator<Promise<void>, void, void>;

/** Runs work that yields nothing. */
export function atOnce(work: Work): void {
  if (work.next().done !== true) throw new Error('synchronous work waits for something');
}

/** Runs any work, in a transaction that allows awaits. */
export async function drive(work: Work): Promise<void> {
  for (const step of work) await step;
}
