import type { Code } from '@davit/domain';
import type { Sending } from './send-zip.ts';

/** What a pack process is sent, once. */
export type PackJob =
  | { kind: 'pack'; folder: string; zip: string }
  | { kind: 'check'; zip: string }
  | { kind: 'unpack'; zip: string; folder: string }
  | ({ kind: 'send' } & Sending);

/** `failure`: why the job was not done. */
export interface PackAnswer {
  failure?: { code: Code; message: string; cause?: string };
}
