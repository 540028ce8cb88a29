const LARGEST = 500;

/** Groups what arrives close together, so that a burst of lines is a few messages. Order is kept. */
export async function* batches<T>(source: AsyncIterable<T>, waitMs = 25): AsyncGenerator<T[]> {
  const iterator = source[Symbol.asyncIterator]();
  let batch: T[] = [];
  let deadline = Infinity;
  let pending = iterator.next();
  try {
    for (;;) {
      const next =
        batch.length === 0 ? await pending : await within(pending, deadline - Date.now());
      if (next === undefined || next.done || batch.length === LARGEST) {
        if (batch.length > 0) yield batch;
        batch = [];
      }
      if (next?.done) return;
      if (next === undefined) continue;
      if (batch.length === 0) deadline = Date.now() + waitMs;
      batch.push(next.value);
      pending = iterator.next();
    }
  } finally {
    await iterator.return?.();
  }
}

/** The result when it comes in time, else undefined. */
async function within<T>(result: Promise<T>, ms: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), Math.max(0, ms));
  });
  try {
    return await Promise.race([result, late]);
  } finally {
    clearTimeout(timer);
  }
}
