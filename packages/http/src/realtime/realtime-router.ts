import { AppError } from '@davit/domain';
import type { FieldError, FieldErrors, Json, JsonObject } from '@davit/domain';
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
    const body = await readBody(req);
    const { clientId, subscriptions } = parseSubscribe(body.body);
    await records.realtime.subscribe(clientId, subscriptions, requestInfo(req, res, body));
    sendNoContent(res);
  });
  return router;
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
  const complaint = subscriptionsError(wanted);
  if (complaint) data.subscriptions = complaint;
  if (Object.keys(data).length > 0) throw new AppError('invalid', '', { data });
  return { clientId: clientId as string, subscriptions: wanted as string[] };
}

function subscriptionsError(values: Json[]): FieldError | FieldErrors | undefined {
  if (values.length > MAX_SUBSCRIPTIONS) return tooLong(MAX_SUBSCRIPTIONS);
  if (values.some((value) => typeof value !== 'string')) {
    return { code: 'validation_invalid_value', message: 'Invalid value.' };
  }
  const long = values.flatMap((value, index) =>
    (value as string).length > MAX_SUBSCRIPTION ? [[String(index), tooLong(MAX_SUBSCRIPTION)]] : [],
  );
  return long.length > 0 ? (Object.fromEntries(long) as FieldErrors) : undefined;
}

function tooLong(max: number): FieldError {
  return {
    code: 'validation_length_too_long',
    message: `The length must be no more than ${max}.`,
    params: { max, min: 0 },
  };
}
