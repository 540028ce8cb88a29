import type { ServerResponse } from 'node:http';
import { AppError } from '@davit/domain';
import type { Json, JsonObject } from '@davit/domain';
import { parseFields, pickFields } from '@davit/filter';
import type { FieldSelection } from '@davit/filter';
import type { Response } from 'express';
import { parseQuery } from './query.ts';

/** Writes JSON as it is: no charset, no escaping beyond JSON's own, no newline at the end. */
export function sendJson(res: ServerResponse, status: number, value: unknown): void {
  sendJsonText(res, status, JSON.stringify(value));
}

/** The same for JSON that is text (or bytes) already. */
export function sendJsonText(res: ServerResponse, status: number, json: string | Buffer): void {
  res.statusCode = status;
  res.setHeader('Content-Type', 'application/json');
  res.setHeader('Content-Length', Buffer.byteLength(json));
  res.end(json);
}

export function sendNoContent(res: ServerResponse): void {
  res.statusCode = 204;
  res.end();
}

/** JSON with only what `?fields=` of the request asks for; of a list the parameter means the items. */
export function sendPicked(res: Response, status: number, value: Json): void {
  const { fields = '' } = res.req.url.includes('fields=') ? parseQuery(res.req.url) : {};
  if (fields === '') return sendJson(res, status, value);
  const selection = parseSelection(fields);
  const picked = isList(value)
    ? { ...value, items: pickFields(value.items, selection) }
    : pickFields(value, selection);
  sendJson(res, status, picked);
}

function parseSelection(fields: string): FieldSelection {
  try {
    return parseFields(fields);
  } catch (cause) {
    throw new AppError('invalid', '', { cause });
  }
}

function isList(value: Json): value is JsonObject & { items: Json[] } {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Array.isArray(value.items) && 'page' in value && 'perPage' in value;
}
