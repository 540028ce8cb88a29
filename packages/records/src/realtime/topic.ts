import type { JsonObject } from '@davit/domain';
import { parseFields } from '@davit/filter';
import { castText, parseJson } from '../fields/cast.ts';

export interface Topic {
  /** as submitted: the event name of its messages */
  subscription: string;
  /** without the options */
  name: string;
  /** the text after the `?` */
  options: string;
  query: Record<string, string>;
  /** names are snake_case */
  headers: Record<string, string>;
}

/** `posts/*?options={"query":{"expand":"author"}}`; unreadable options count as none. */
export function parseTopic(subscription: string): Topic {
  const mark = subscription.indexOf('?');
  if (mark < 0) return { subscription, name: subscription, options: '', query: {}, headers: {} };
  const options = subscription.slice(mark + 1);
  const parsed = asObject(parseJson(new URLSearchParams(options).get('options') ?? ''));
  const headers = Object.entries(texts(parsed.headers));
  return {
    subscription,
    name: subscription.slice(0, mark),
    options,
    query: readableQuery(texts(parsed.query)),
    headers: Object.fromEntries(headers.map(([name, value]) => [snakeCase(name), value])),
  };
}

/** Nobody is there to be told that `fields` cannot be read: all of them are sent. */
function readableQuery(query: Record<string, string>): Record<string, string> {
  try {
    parseFields(query.fields ?? '');
    return query;
  } catch {
    return { ...query, fields: '' };
  }
}

/** Lists and objects say nothing here. */
function texts(value: unknown): Record<string, string> {
  const entries = Object.entries(asObject(value));
  return Object.fromEntries(entries.map(([key, item]) => [key, castText(item)]));
}

function asObject(value: unknown): JsonObject {
  const isObject = value !== null && typeof value === 'object' && !Array.isArray(value);
  return isObject ? (value as JsonObject) : {};
}

function snakeCase(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]+/g, '_');
}
