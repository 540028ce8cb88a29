import type { Json, JsonObject } from '@davit/domain';
import type { Manifest } from '#lib/api/records.ts';
import { imageOf, parseImage } from '#lib/manifest/image.ts';
import { countChanges, getAt, setAt } from '#lib/manifest/path.ts';
import { fromYaml, toYaml } from '#lib/manifest/yaml.ts';

const IMAGE_HELP = 'Write it as registry/repository:tag, for example ghcr.io/acme/web:1.4.';
const LISTS = ['env', 'secrets', 'volumes', 'interfaces'];

/** A manifest being edited, as a form or as YAML: two views of the same data. */
export class ManifestDraft {
  manifest: Manifest = $state({ apiVersion: '', kind: '', spec: {} });
  mode: 'form' | 'yaml' = $state('form');
  yaml: string = $state('');
  /** as typed: what is half written is not yet an image */
  image: string = $state('');
  /** by dotted path in the manifest */
  errors: Record<string, string> = $state({});
  #original: Manifest = $state.raw({ apiVersion: '', kind: '', spec: {} });

  /** differences to what it was opened with */
  changes: number = $derived(countChanges(this.#original, this.#current()));

  constructor(manifest: Manifest) {
    this.open(manifest);
  }

  get original(): Manifest {
    return this.#original;
  }

  open(manifest: Manifest): void {
    this.#original = structuredClone(manifest);
    this.#take(structuredClone(manifest));
    this.yaml = toYaml(manifest);
    this.errors = {};
  }

  text(path: string): string {
    const value = getAt(this.manifest, path);
    return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  }

  flag(path: string): boolean {
    return getAt(this.manifest, path) === true;
  }

  list(path: string): JsonObject[] {
    const value = getAt(this.manifest, path);
    return Array.isArray(value) ? (value as JsonObject[]) : [];
  }

  set(path: string, value: Json | undefined): void {
    setAt(this.manifest, path, value);
    this.#forget(path);
  }

  add(path: string, ...items: JsonObject[]): void {
    const list: Json[] = this.list(path);
    setAt(this.manifest, path, list.concat(items));
  }

  removeAt(path: string, index: number): void {
    setAt(
      this.manifest,
      path,
      this.list(path).filter((_, at) => at !== index),
    );
    this.#forget(path);
  }

  setImage(text: string): void {
    this.image = text;
    this.#forget('spec.image');
    const parts = parseImage(text);
    if (parts === undefined) return;
    for (const [key, value] of Object.entries<string>({ ...parts }))
      setAt(this.manifest, `spec.image.${key}`, value);
  }

  /** The message at a path or below it. */
  error(path: string): string | undefined {
    const under = `${path}.`;
    return Object.entries(this.errors).find(([at]) => at === path || at.startsWith(under))?.[1];
  }

  /** Shows the other view of the same data. False when the YAML cannot be read yet. */
  show(mode: 'form' | 'yaml'): boolean {
    if (mode === this.mode) return true;
    if (mode === 'yaml') this.yaml = toYaml(this.#current());
    else {
      const { manifest } = fromYaml(this.yaml);
      if (manifest === undefined) return false;
      this.#take(manifest);
    }
    this.mode = mode;
    return true;
  }

  /** What would be sent; undefined with `errors` filled where it cannot be. */
  result(): Manifest | undefined {
    this.errors = {};
    if (this.mode === 'yaml') {
      const { manifest, problems } = fromYaml(this.yaml);
      if (manifest === undefined) this.errors = { yaml: problems[0]?.message ?? 'Not valid YAML.' };
      return manifest;
    }
    if (parseImage(this.image) === undefined)
      this.errors = {
        'spec.image': this.image.trim() === '' ? `Enter an image. ${IMAGE_HELP}` : IMAGE_HELP,
      };
    return Object.keys(this.errors).length === 0 ? this.#current() : undefined;
  }

  /** The data as it stands, checked or not. */
  preview(): Manifest {
    return this.#current();
  }

  #take(manifest: Manifest): void {
    this.manifest = manifest;
    this.image = imageOf(manifest);
  }

  /** The data of the view that is open, without rows that were left empty. */
  #current(): Manifest {
    if (this.mode === 'yaml') return fromYaml(this.yaml).manifest ?? this.#original;
    const manifest = $state.snapshot<object>(this.manifest) as Manifest;
    for (const name of LISTS) {
      const list = manifest.spec[name];
      if (!Array.isArray(list)) continue;
      const kept = (list as JsonObject[]).filter((row) => Object.values(row).some((v) => v !== ''));
      if (kept.length === 0 && this.#original.spec[name] === undefined) delete manifest.spec[name];
      else manifest.spec[name] = kept;
    }
    return manifest;
  }

  #forget(path: string): void {
    for (const at of Object.keys(this.errors))
      if (at === path || at.startsWith(`${path}.`)) delete this.errors[at];
  }
}
