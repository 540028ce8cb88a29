import { image, webImage } from './image.ts';

/** What loads an image: a cluster, or later a Docker. */
export interface ImageLoader {
  loadImage(image: { name: string; path: string }): Promise<void>;
}

/** Loads `davit.test/web:1`…`3`, which serve `one`, `two` and `three`, and `davit.test/crash:1`. */
export async function loadTestImages(loader: ImageLoader): Promise<void> {
  for (const [index, text] of ['one', 'two', 'three'].entries()) {
    await using web = await webImage(`davit.test/web:${index + 1}`, text);
    await loader.loadImage(web);
  }
  const command = ['sh', '-c', 'echo crashing; exit 1'];
  await using crash = await image('davit.test/crash:1', {}, { command });
  await loader.loadImage(crash);
}
