export interface TarEntry {
  readonly path: string;
  readonly content?: Buffer;
  /** 0o644 where absent; 0o755 for folders */
  readonly mode?: number;
  /** a symbolic link's target; the entry is a folder when it has neither content nor link */
  readonly link?: string;
}

const BLOCK = 512;

/** A ustar archive whose bytes depend on the entries alone: no times, no owners. */
export function tar(entries: readonly TarEntry[]): Buffer {
  const parts: Buffer[] = [];
  for (const entry of entries) {
    const content = entry.content ?? Buffer.alloc(0);
    parts.push(header(entry, content.length), content);
    parts.push(Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK));
  }
  return Buffer.concat([...parts, Buffer.alloc(BLOCK * 2)]);
}

function header(entry: TarEntry, size: number): Buffer {
  const isFolder = entry.content === undefined && entry.link === undefined;
  const kind = entry.link === undefined ? (isFolder ? '5' : '0') : '2';
  const block = Buffer.alloc(BLOCK);
  const octal = (value: number, length: number): string =>
    `${value.toString(8).padStart(length - 1, '0')}\0`;
  block.write(isFolder ? `${entry.path}/` : entry.path, 0, 100);
  block.write(octal(entry.mode ?? (isFolder ? 0o755 : 0o644), 8), 100);
  block.write(octal(0, 8), 108);
  block.write(octal(0, 8), 116);
  block.write(octal(size, 12), 124);
  block.write(octal(0, 12), 136);
  block.write(' '.repeat(8), 148);
  block.write(kind, 156);
  block.write(entry.link ?? '', 157, 100);
  block.write('ustar\x0000', 257);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}
