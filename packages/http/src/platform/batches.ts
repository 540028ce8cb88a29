const LARGEST = 500;

/** Groups what arrives close together, so that a burst of lines is a few messages. Order is kept. */
export async function* batches<T>(source: AsyncIterable<T>, waitMs = 25): AsyncGenerator<T[]> {
  const iterator = source[Symbol.asyncIterator]();
  try {
    let pending = iterator.next();
    for (;;) {
      const first = await pending;
      if (first.done) return;
      const batch = [first.value];
      const deadline = Date.now() + waitMs;
      pending = iterator.next();
      while (batch.length < LARGEST) {
        const next = await within(pending, deadline - Date.now());
        if (next === undefined || next.done) break;
        batch.push(next.value);
        pending = iterator.next();
      }
      yield batch;
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
