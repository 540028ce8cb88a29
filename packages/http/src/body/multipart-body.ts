import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { AppError } from '@davit/domain';
import type { JsonObject } from '@davit/domain';
import type { UploadedFile } from '@davit/records';
import busboy from 'busboy';
import { FormFields } from './form-fields.ts';
import { checkContentLength, tooLarge } from './read-bytes.ts';
import { Spool } from './spool.ts';

const MAX_FIELDS = 10_000;
const MAX_FILES = 1_000;

export interface MultipartBody {
  body: JsonObject;
  files: UploadedFile[];
}

export interface MultipartOptions {
  /** bytes of the whole body */
  limit: number;
  /** fields that come before those of the form */
  ahead?: Iterable<[string, string]>;
}

/**
 * Fields and files of a multipart form. Large files wait in a temporary folder until the request is over. Errors:
 * `too_large`, `invalid`.
 */
export async function readMultipart(
  req: IncomingMessage,
  { limit, ahead = [] }: MultipartOptions,
): Promise<MultipartBody> {
  checkContentLength(req, limit);
  const spool = new Spool();
  whenOver(req, () => void spool.close());
  const fields = new FormFields();
  for (const [name, value] of ahead) fields.add(name, value);
  const parts: Promise<UploadedFile | void>[] = [];
  const parser = createParser(req, limit);
  parser.on('field', (name, value) => fields.add(name, value));
  parser.on('file', (field, stream, info: FileInfo) => {
    const part =
      info.filename === undefined
        ? text(stream).then((value) => fields.add(field, value))
        : takeFile(spool, stream, { field, name: info.filename, contentType: info.mimeType });
    part.catch((error: Error) => parser.destroy(error)); // no place: nothing more is read
    parts.push(part);
  });
  await feed(req, parser, limit);
  const files = (await Promise.all(parts)).filter((file) => file !== undefined);
  return { body: fields.toBody(), files };
}

/** Resolves when the parser has seen the whole body. */
function feed(req: IncomingMessage, parser: busboy.Busboy, limit: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: unknown): void => {
      req.unpipe(parser);
      req.resume();
      reject(AppError.is(error) ? error : new AppError('invalid', '', { cause: error }));
      parser.destroy();
    };
    let size = 0;
    req.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > limit) fail(tooLarge(req));
    });
    for (const event of ['fieldsLimit', 'filesLimit', 'partsLimit'] as const) {
      parser.on(event, () => fail(tooLarge(req)));
    }
    parser.on('error', fail);
    req.once('error', fail);
    parser.on('close', resolve);
    req.pipe(parser);
  });
}

/** What has no file name is a value, even where its type is that of any file. */
type FileInfo = Omit<busboy.FileInfo, 'filename'> & { filename?: string };

async function takeFile(
  spool: Spool,
  stream: AsyncIterable<Uint8Array>,
  { field, name, contentType }: Omit<UploadedFile, 'content'>,
): Promise<UploadedFile> {
  const content = await spool.take(stream);
  return { field, name: name.slice(name.lastIndexOf('/') + 1), contentType, content };
}

/** When the answer is out, or nobody waits for it any more. */
function whenOver(req: IncomingMessage & { res?: ServerResponse }, end: () => void): void {
  (req.res ?? req.socket).once('close', end);
}

function createParser(req: IncomingMessage, limit: number): busboy.Busboy {
  try {
    return busboy({
      headers: req.headers,
      defParamCharset: 'utf8',
      preservePath: true, // a backslash is part of a name
      limits: { fieldSize: limit, fileSize: limit, fields: MAX_FIELDS, files: MAX_FILES },
    });
  } catch (cause) {
    throw new AppError('invalid', '', { cause }); // no boundary
  }
}
