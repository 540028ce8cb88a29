import type { Json, JsonObject } from '@davit/domain';
import { parseWholeJson } from './json-body.ts';

/** A form field whose value is a JSON object merged into the body as it is. */
const JSON_PAYLOAD = '@jsonPayload';
/** A decimal number without exponent: what Go prints for a float. */
const PLAIN_NUMBER = /^-?\d/;

/** Collects the fields of a form; repeated names become a list, values are inferred. */
export class FormFields {
  readonly #values = new Map<string, Json[]>();
  readonly #payloads: string[] = [];

  add(name: string, value: string): void {
    if (name === JSON_PAYLOAD) {
      this.#payloads.push(value);
      return;
    }
    const values = this.#values.get(name);
    if (values) values.push(inferValue(value));
    else this.#values.set(name, [inferValue(value)]);
  }

  /** Errors: `invalid` when a payload is no JSON object. */
  toBody(): JsonObject {
    const entries = new Map<string, Json>();
    for (const [name, values] of this.#values) {
      const [first] = values;
      entries.set(name, values.length === 1 && first !== undefined ? first : values);
    }
    for (const payload of this.#payloads) {
      for (const [name, value] of Object.entries(parseWholeJson(payload))) entries.set(name, value);
    }
    return Object.fromEntries(entries);
  }
}

/** `true` and `false` are booleans; text that a number would be printed as is that number. */
export function inferValue(text: string): Json {
  if (text === 'true') return true;
  if (text === 'false') return false;
  if (!PLAIN_NUMBER.test(text)) return text;
  const number = Number(text);
  return Number.isFinite(number) && String(number) === text && !text.includes('e') ? number : text;
}
