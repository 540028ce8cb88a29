import type { Json } from '@davit/domain';

/** Text as it is; '' for anything else. */
export function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}
