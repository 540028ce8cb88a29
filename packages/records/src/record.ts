import type { Json } from '@davit/domain';

/**
 * A record's values by field name, as the API shows them (dates as text, several values as a list), hidden ones
 * included. A password field holds the stored hash.
 */
export interface RecordData {
  id: string;
  [field: string]: Json;
}
