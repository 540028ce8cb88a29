import { AppError } from '@davit/domain';
import type { JsonObject } from '@davit/domain';
import type { Records } from '@davit/records';
import { Router } from 'express';
import type { Request } from 'express';
import { bodyKind } from '../body/body-kind.ts';
import { readBody } from '../body/read-body.ts';
import type { Body } from '../body/read-body.ts';
import { contextOf } from '../context.ts';
import { sendNoContent } from '../json-response.ts';
import { withText } from '../records/auth-form.ts';
import { requestInfo } from '../request-info.ts';
import { openEventStream } from './event-stream.ts';
import { parseSubscribe } from './subscribe-form.ts';

/** /api/realtime: the event stream, and what a client wants to hear. */
export function realtimeRouter(records: Records): Router {
  const router = Router({ caseSensitive: true, strict: true });
  router.get('/api/realtime', async (req, res) => {
    if (req.method === 'HEAD') {
      res.end();
      return;
    }
    const stream = openEventStream(res);
    await records.realtime.connect({
      ip: contextOf(res).ip,
      send: (message, id) => stream.write(id, message),
      end: () => stream.close(),
      signal: stream.signal,
    });
    // a handler may have kept the first message back
    stream.open();
  });
  router.post('/api/realtime', async (req, res) => {
    const body = await readSubscribe(req);
    const { clientId, subscriptions } = parseSubscribe(fieldsOf(req, body.body));
    await records.realtime.subscribe(clientId, subscriptions, requestInfo(req, res, body));
    sendNoContent(res);
  });
  return router;
}

/** What cannot be read is refused in the same words, whatever is wrong with it. */
async function readSubscribe(req: Request): Promise<Body> {
  try {
    return await readBody(req);
  } catch (cause) {
    throw AppError.is(cause, 'invalid') ? new AppError('invalid', '', { cause }) : cause;
  }
}

/** In a form one subscription is a list, too. */
function fieldsOf(req: Request, body: JsonObject): JsonObject {
  if (bodyKind(req) === 'json' || body.subscriptions === undefined) return withText(req, body);
  const subscriptions = [body.subscriptions]
    .flat()
    .map((item) => withText(req, { item }).item ?? null);
  return { ...withText(req, body), subscriptions };
}
