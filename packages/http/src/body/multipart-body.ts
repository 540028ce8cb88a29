import type { IncomingMessage } from 'node:http';
import { AppError } from '@davit/domain';
import type { JsonObject } from '@davit/domain';
import type { UploadedFile } from '@davit/records';
import busboy from 'busboy';
import { FormFields } from './form-fields.ts';
import { checkContentLength, tooLarge } from './read-bytes.ts';

const MAX_FIELDS = 10_000;
const MAX_FILES = 1_000;

export interface MultipartBody {
  body: JsonObject;
  files: UploadedFile[];
}

/** Fields and files of a multipart form, in memory. Errors: `too_large`, `invalid`. */
export function readMultipart(req: IncomingMessage, limit: number): Promise<MultipartBody> {
  checkContentLength(req, limit);
  return new Promise((resolve, reject) => {
    const parser = createParser(req, limit);
    const fields = new FormFields();
    const files: UploadedFile[] = [];
    const fail = (error: unknown): void => {
      req.unpipe(parser);
      req.resume();
      reject(AppError.is(error) ? error : new AppError('invalid', '', { cause: error }));
    };
    let size = 0;
    req.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > limit) fail(tooLarge(req));
    });
    parser.on('field', (name, value) => fields.add(name, value));
    parser.on('file', (field, stream, info) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('error', fail);
      stream.on('end', () => {
        const content = Buffer.concat(chunks);
        // A file input that was left empty sends a nameless part.
        if (!info.filename && content.length === 0) return;
        files.push({ field, name: info.filename ?? field, contentType: info.mimeType, content });
      });
    });
    for (const event of ['fieldsLimit', 'filesLimit', 'partsLimit'] as const) {
      parser.on(event, () => fail(tooLarge(req)));
    }
    parser.on('error', fail);
    req.once('error', fail);
    parser.on('close', () => {
      try {
        resolve({ body: fields.toBody(), files });
      } catch (error) {
        fail(error);
      }
    });
    req.pipe(parser);
  });
}

function createParser(req: IncomingMessage, limit: number): busboy.Busboy {
  try {
    return busboy({
      headers: req.headers,
      defParamCharset: 'utf8',
      limits: { fieldSize: limit, fileSize: limit, fields: MAX_FIELDS, files: MAX_FILES },
    });
  } catch (cause) {
    throw new AppError('invalid', '', { cause }); // no boundary
  }
}
