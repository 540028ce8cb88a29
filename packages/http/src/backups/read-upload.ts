import type { Request } from 'express';
import { AppError } from '@davit/domain';
import busboy from 'busboy';

/** The file of one part, as it arrives: backups do not fit into memory. Errors: `invalid` (no such part). */
export function readUpload<T>(
  req: Request,
  field: string,
  use: (name: string, content: AsyncIterable<Uint8Array>) => Promise<T>,
): Promise<T> {
  return new Promise((resolve, reject) => {
    let taken = false;
    const parser = createParser(req);
    parser.on('file', (name, stream, info) => {
      if (name !== field || taken) {
        stream.resume();
        return;
      }
      taken = true;
      use(info.filename ?? '', stream).then(resolve, (error: Error) => {
        req.unpipe(parser);
        req.resume();
        reject(error);
      });
    });
    parser.on('close', () => {
      if (!taken) reject(missing(field));
    });
    parser.on('error', (cause) => reject(new AppError('invalid', '', { cause })));
    req.once('error', (cause) => reject(new AppError('invalid', '', { cause })));
    req.pipe(parser);
  });
}

function createParser(req: Request): busboy.Busboy {
  try {
    return busboy({ headers: req.headers, defParamCharset: 'utf8' });
  } catch (cause) {
    throw new AppError('invalid', missing('file').message, {
      cause,
      data: missing('file').data ?? {},
    });
  }
}

function missing(field: string): AppError {
  return new AppError('invalid', 'An error occurred while validating the submitted data.', {
    data: { [field]: { code: 'validation_required', message: 'Cannot be blank.' } },
  });
}
