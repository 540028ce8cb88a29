import { AppError } from '@davit/domain';
import type { FieldErrors, Json, JsonObject } from '@davit/domain';
import type { Records } from '@davit/records';
import { Router } from 'express';
import { readBody } from '../body/read-body.ts';
import { contextOf } from '../context.ts';
import { sendNoContent } from '../json-response.ts';
import { requestInfo } from '../request-info.ts';
import { openEventStream } from './event-stream.ts';

const MAX_CLIENT_ID = 255;
const MAX_SUBSCRIPTIONS = 1000;
const MAX_SUBSCRIPTION = 2500;

/** /api/realtime: the event stream, and what a client wants to hear. */
export function realtimeRouter(records: Records): Router {
  const router = Router({ caseSensitive: true, strict: true });
  router.get('/api/realtime', async (req, res) => {
    if (req.method === 'HEAD') {
      res.end();
      return;
    }
    const stream = openEventStream(res);
    let id = '';
    await records.realtime.connect({
      ip: contextOf(res).ip,
      send(message) {
        if (id === '') id = connectedId(message.data);
        return stream.write(id, message);
      },
      end: () => stream.close(),
      signal: stream.signal,
    });
  });
  router.post('/api/realtime', async (req, res) => {
    const body = await readBody(req);
    const { clientId, subscriptions } = parseSubscribe(body.body);
    await records.realtime.subscribe(clientId, subscriptions, requestInfo(req, res, body));
    sendNoContent(res);
  });
  return router;
}

/** The first message, `PB_CONNECT`, names the client. */
function connectedId(data: string): string {
  return (JSON.parse(data) as { clientId?: string }).clientId ?? '';
}

function parseSubscribe(body: JsonObject): { clientId: string; subscriptions: string[] } {
  const { clientId = '', subscriptions = [] } = body;
  const data: FieldErrors = {};
  if (clientId === '') {
    data.clientId = { code: 'validation_required', message: 'Cannot be blank.' };
  } else if (typeof clientId !== 'string' || clientId.length > MAX_CLIENT_ID) {
    data.clientId = {
      code: 'validation_length_out_of_range',
      message: `The length must be between 1 and ${MAX_CLIENT_ID}.`,
      params: { min: 1, max: MAX_CLIENT_ID },
    };
  }
  const wanted = subscriptions === null ? [] : [subscriptions].flat();
  if (!isSubscriptions(wanted)) {
    data.subscriptions = { code: 'validation_invalid_value', message: 'Invalid value.' };
  }
  if (Object.keys(data).length > 0) throw new AppError('invalid', '', { data });
  return { clientId: clientId as string, subscriptions: wanted as string[] };
}

function isSubscriptions(values: Json[]): boolean {
  return (
    values.length <= MAX_SUBSCRIPTIONS &&
    values.every((value) => typeof value === 'string' && value.length <= MAX_SUBSCRIPTION)
  );
}
