import { AppError, type Clock } from '@davit/domain';

/** What `work` answers when it is done in time. Throws `invalid` otherwise, and aborts the signal. */
export async function before<T>(
  ms: number,
  clock: Clock,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const late = new AbortController();
  const { promise, reject } = Promise.withResolvers<never>();
  const cancel = clock.after(ms, () => {
    const error = new AppError('invalid', 'Batch transaction failed.', {
      cause: new Error('the batch took too long'),
    });
    late.abort(error);
    reject(error);
  });
  try {
    return await Promise.race([work(late.signal), promise]);
  } finally {
    cancel();
  }
}
