import { IN_OLE, IN_ZIP, SIGNATURES, type FileType, type Signature } from './file-signatures.ts';
import { sniffText } from './sniff-text.ts';

/** What is looked at; a longer file is known by its beginning. */
const HEAD_BYTES = 3072;
const UNKNOWN: FileType = { type: 'application/octet-stream', extension: '' };

/** The type of a file from its first bytes; what the client says about it is not asked. */
export function sniffType(content: Uint8Array): FileType {
  const head = Buffer.from(
    content.buffer,
    content.byteOffset,
    Math.min(content.byteLength, HEAD_BYTES),
  );
  const bytes = head.toString('latin1');
  if (/^PK(?:\x03\x04|\x05\x06|\x07\x08)/.test(bytes)) {
    return find(IN_ZIP, bytes) ?? { type: 'application/zip', extension: '.zip' };
  }
  if (bytes.startsWith('\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1')) {
    return find(IN_OLE, bytes) ?? { type: 'application/x-ole-storage', extension: '' };
  }
  const isWhole = content.byteLength < HEAD_BYTES;
  return find(SIGNATURES, bytes) ?? sniffText(head, isWhole) ?? UNKNOWN;
}

function find(signatures: readonly Signature[], bytes: string): FileType | undefined {
  const found = signatures.find(([begins]) => begins.test(bytes));
  return found && { type: found[1], extension: found[2] };
}
