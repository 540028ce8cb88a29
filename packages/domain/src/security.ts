/** Password hashing, off the event loop. */
export interface PasswordHasher {
  hash(password: string): Promise<string>;
  /** False for an unknown or malformed hash; takes as long as for a real one when `hash` is ''. */
  verify(password: string, hash: string): Promise<boolean>;
}

export const TOKEN_TYPES = [
  'auth',
  'file',
  'verification',
  'passwordReset',
  'emailChange',
] as const;
export type TokenType = (typeof TOKEN_TYPES)[number];

/** PocketBase's claims. */
export interface TokenClaims {
  id: string;
  type: TokenType;
  collectionId: string;
  /** seconds since the epoch */
  exp: number;
  refreshable?: boolean;
  email?: string;
  newEmail?: string;
  /** who acts as this record: the superuser that impersonates it */
  act?: { sub: string };
}

/** HS256 tokens; the key is `record.tokenKey + collection.<type>Token.secret`. */
export interface TokenSigner {
  sign(claims: TokenClaims, key: string): string;
  /** The claims without a check of the signature; undefined when malformed. */
  peek(token: string): TokenClaims | undefined;
  /** undefined when malformed, expired or signed with another key */
  verify(token: string, key: string): TokenClaims | undefined;
}

/** AES-256-GCM under the installation's key. */
export interface SecretBox {
  seal(plain: string): string;
  /** Throws `internal` when it was sealed with another key or changed. */
  open(sealed: string): string;
}

/** Record files under `collectionId/recordId/filename`. Errors: `not_found`, `too_large`. */
export interface FileStore {
  put(key: string, content: FileContent, metadata: FileMetadata): Promise<void>;
  /** To be read in parts: nothing is in memory yet. */
  open(key: string): Promise<OpenFile>;
  /** All of it. `modified`: milliseconds since the epoch */
  get(key: string): Promise<{ content: Uint8Array; metadata: FileMetadata; modified: number }>;
  /** A missing key is no error. */
  delete(key: string): Promise<void>;
  /** Everything below `prefix/`. */
  deleteAll(prefix: string): Promise<void>;
}
/** A file that waits in a temporary place, being too large for memory. */
export interface SpooledFile {
  path: string;
  size: number;
  /** its first bytes, enough to tell its type */
  head: Uint8Array;
}
export type FileContent = Uint8Array | SpooledFile;
export interface OpenFile {
  size: number;
  metadata: FileMetadata;
  /** milliseconds since the epoch */
  modified: number;
  /** the bytes from `start` to `end`, both among them */
  read(start: number, end: number): AsyncIterable<Uint8Array>;
}
export function sizeOf(content: FileContent): number {
  return content instanceof Uint8Array ? content.byteLength : content.size;
}
export interface FileMetadata {
  contentType: string;
  originalName: string;
}
