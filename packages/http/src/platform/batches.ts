const LARGEST = 500;

/** Groups what arrives close together, so that a burst of lines is a few messages. Order is kept. */
export async function* batches<T>(source: AsyncIterable<T>, waitMs = 25): AsyncGenerator<T[]> {
  const iterator = source[Symbol.asyncIterator]();
  const ahead = { next: iterator.next() };
  try {
    for (;;) {
      const first = await ahead.next;
      if (first.done) return;
      ahead.next = iterator.next();
      yield [first.value, ...(await follow(iterator, ahead, waitMs))];
    }
  } finally {
    await iterator.return?.();
  }
}

/** What comes within `waitMs`; what comes later is left in `ahead`. */
async function follow<T>(
  iterator: AsyncIterator<T>,
  ahead: { next: Promise<IteratorResult<T>> },
  waitMs: number,
): Promise<T[]> {
  const values: T[] = [];
  const deadline = Date.now() + waitMs;
  while (values.length < LARGEST - 1) {
    const next = await within(ahead.next, deadline - Date.now());
    if (next === undefined || next.done) break;
    values.push(next.value);
    ahead.next = iterator.next();
  }
  return values;
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
