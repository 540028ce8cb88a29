import type { Sharp } from 'sharp';
import type { ThumbSize } from './thumb-size.ts';

const JPEG_QUALITY = 95;

/** How a type is written again; everything else becomes PNG. */
const FORMATS: Record<string, 'jpeg' | 'gif'> = {
  'image/jpeg': 'jpeg',
  'image/jpg': 'jpeg',
  'image/gif': 'gif',
};

export interface Thumb {
  content: Uint8Array;
  contentType: string;
}

/** The picture in another size, turned as its camera was held. Throws for what is no picture. */
export async function renderThumb(
  content: Uint8Array,
  contentType: string,
  size: ThumbSize,
): Promise<Thumb> {
  const { default: sharp } = await import('sharp');
  const format = FORMATS[contentType.split(';')[0] ?? ''] ?? 'png';
  const resized = resize(sharp(content).autoOrient(), size);
  const options = format === 'jpeg' ? { quality: JPEG_QUALITY } : {};
  const bytes = await resized.toFormat(format, options).toBuffer();
  return { content: bytes, contentType: `image/${format}` };
}

function resize(picture: Sharp, { width, height, mode }: ThumbSize): Sharp {
  if (width === 0 || height === 0) {
    return picture.resize({ ...(width > 0 && { width }), ...(height > 0 && { height }) });
  }
  if (mode === 'fit') {
    return picture.resize({ width, height, fit: 'inside', withoutEnlargement: true });
  }
  return picture.resize({
    width,
    height,
    fit: 'cover',
    position: mode === 'center' ? 'centre' : mode,
  });
}
