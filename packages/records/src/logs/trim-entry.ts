import type { Json, JsonObject } from '@davit/domain';

const DEFAULT_BYTES = 16 * 1024;
const MESSAGE_LENGTH = 8000;

/** Data that is too large keeps the members that fit, and says that it was cut. */
export function trimData(data: JsonObject, maxBytes: number): JsonObject {
  const limit = maxBytes > 0 ? maxBytes : DEFAULT_BYTES;
  if (sizeOf(data) <= limit) return data;
  const kept: JsonObject = {};
  let size = 2;
  for (const [key, value] of Object.entries(data)) {
    size += sizeOf({ [key]: value });
    if (size > limit) break;
    kept[key] = value;
  }
  return { ...kept, __pb_truncated__: true };
}

export function trimMessage(message: string): string {
  return message.slice(0, MESSAGE_LENGTH);
}

function sizeOf(value: Json): number {
  return Buffer.byteLength(JSON.stringify(value));
}
