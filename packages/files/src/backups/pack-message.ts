/** What a pack process is sent, once. */
export type PackJob =
  | { kind: 'pack'; folder: string; zip: string }
  | { kind: 'check'; zip: string }
  | { kind: 'unpack'; zip: string; folder: string };

/** `problem`: what is wrong with the zip; `failure`: what kept the work from being done. */
export interface PackAnswer {
  problem?: string;
  failure?: string;
}
