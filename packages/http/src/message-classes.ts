import { IncomingMessage, ServerResponse } from 'node:http';
import type { Express } from 'express';

/** What a `node:http` server makes requests and responses of. */
export interface MessageClasses {
  IncomingMessage: typeof IncomingMessage;
  ServerResponse: typeof ServerResponse;
}

/**
 * Messages that are an app's own from the start. Express otherwise exchanges the prototypes of each one that comes
 * in, after which the engine knows their shape no more and all that touches them is slower.
 */
export function messageClasses(app: Express): MessageClasses {
  class AppRequest extends IncomingMessage {}
  class AppResponse<R extends IncomingMessage> extends ServerResponse<R> {}
  app.request = adopt(AppRequest.prototype, app.request);
  app.response = adopt(AppResponse.prototype, app.response);
  return { IncomingMessage: AppRequest, ServerResponse: AppResponse };
}

/** What the app's messages can do, and the app's own prototype for them from now on. */
function adopt<T extends object>(prototype: object, abilities: T): T {
  return Object.setPrototypeOf(prototype, abilities) as T;
}
