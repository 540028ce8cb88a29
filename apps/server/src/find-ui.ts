import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The built admin UI: beside the bundle, or where the build puts it when this runs from source. */
export function findUi(): string | undefined {
  return ['./ui', '../ui', '../dist/ui']
    .map((path) => fileURLToPath(new URL(path, import.meta.url)))
    .find((folder) => existsSync(join(folder, 'index.html')));
}
