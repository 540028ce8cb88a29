import type { Dispatcher } from 'undici';

/**
 * Asks `allowed` when a request's turn comes, which may be long after it was made: connections are few, and a process
 * can be stopped meanwhile. Where it throws, nothing is sent and the request fails with that.
 */
export function guarded(dispatcher: Dispatcher, allowed: () => void): Dispatcher {
  return dispatcher.compose((dispatch) => (options, handler) => {
    return dispatch(options, {
      onRequestStart(controller, context) {
        allowed();
        handler.onRequestStart?.(controller, context);
      },
      onRequestUpgrade: (...args) => handler.onRequestUpgrade?.(...args),
      onResponseStart: (...args) => handler.onResponseStart?.(...args),
      onResponseData: (...args) => handler.onResponseData?.(...args),
      onResponseEnd: (...args) => handler.onResponseEnd?.(...args),
      onResponseError: (...args) => handler.onResponseError?.(...args),
    });
  });
}
