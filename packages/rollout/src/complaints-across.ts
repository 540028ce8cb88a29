import type { FieldErrors } from '@davit/domain';
import type { RolloutContainer, RolloutSpec } from './schema/spec.ts';

type Add = (path: string, code: string, message: string) => void;

/**
 * What is wrong between distant parts of a spec, by path; undefined when nothing is. The API server does not check it
 * (a rule over lists of lists costs more than it allows): the operator refuses such a spec with `InvalidSpec`.
 */
export function complaintsAcross(spec: RolloutSpec): FieldErrors | undefined {
  const errors: FieldErrors = {};
  const add: Add = (path, code, message) => put(errors, path.split('.'), { code, message });
  checkProbes(spec, add);
  checkHelpers(spec, add);
  checkPlaces(spec, add);
  checkSizes(spec, add);
  return Object.keys(errors).length === 0 ? undefined : errors;
}

function put(
  errors: FieldErrors,
  [head = '', ...rest]: string[],
  error: FieldErrors[string],
): void {
  if (rest.length === 0) errors[head] = error;
  else put((errors[head] ??= {}) as FieldErrors, rest, error);
}

function checkProbes({ probes = {}, interfaces = [] }: RolloutSpec, add: Add): void {
  if (interfaces.length > 0) return;
  for (const [name, probe] of Object.entries(probes)) {
    for (const kind of ['http', 'tcp'] as const) {
      if (probe[kind] === undefined || probe[kind].port !== undefined) continue;
      const message = 'Needed, because there is no interface.';
      add(`probes.${name}.${kind}.port`, 'validation_required', message);
    }
  }
}

/** Containers beside the app: names are those of one pod, and mounts need a volume. */
function checkHelpers(spec: RolloutSpec, add: Add): void {
  const volumes = new Set((spec.volumes ?? []).map(({ name }) => name));
  const names = new Set<string>();
  for (const [at, { name, mounts = [] }] of helpers(spec)) {
    if (names.has(name)) {
      add(`${at}.name`, 'validation_duplicate', 'Another container has this name.');
    }
    names.add(name);
    for (const [index, { volume }] of mounts.entries()) {
      if (volumes.has(volume)) continue;
      add(`${at}.mounts.${index}.volume`, 'validation_missing_volume', 'There is no such volume.');
    }
  }
}

function helpers({
  sidecars = [],
  initContainers = [],
}: RolloutSpec): [string, RolloutContainer][] {
  const placed = (list: string, containers: RolloutContainer[]): [string, RolloutContainer][] =>
    containers.map((container, index) => [`${list}.${index}`, container]);
  return [...placed('sidecars', sidecars), ...placed('initContainers', initContainers)];
}

/** Two things in one place of the file system: the pod would be refused. */
function checkPlaces({ volumes = [], files = [], mounts = [] }: RolloutSpec, add: Add): void {
  const taken = new Set(volumes.map(({ mountPath }) => mountPath));
  const claim = (path: string, at: string): void => {
    if (taken.has(path)) add(at, 'validation_duplicate', 'Something else is mounted here.');
    taken.add(path);
  };
  mounts.forEach(({ mountPath }, index) => claim(mountPath, `mounts.${index}.mountPath`));
  files.forEach(({ path }, index) => claim(path, `files.${index}.path`));
}

/** What a ConfigMap or a Secret can hold, with room for its keys. */
const MAX_BYTES = 1_000_000;

function checkSizes(spec: RolloutSpec, add: Add): void {
  const { files = [], secrets = [], rollback } = spec;
  const refuse = (field: string, message: string): void =>
    add(field, 'validation_too_large', message);
  if (bytesOf(files.map(({ content }) => content)) > MAX_BYTES) {
    refuse('files', 'All files together exceed 1 MB.');
  }
  if (bytesOf(secrets.map(({ value }) => value)) > MAX_BYTES) {
    refuse('secrets', 'All secrets together exceed 1 MB.');
  }
  if (rollback === 'auto' && bytesOf([JSON.stringify(spec)]) > MAX_BYTES) {
    refuse('rollback', 'A spec of more than 1 MB cannot be kept to go back to.');
  }
}

function bytesOf(texts: readonly string[]): number {
  const encoder = new TextEncoder();
  return texts.reduce((sum, text) => sum + encoder.encode(text).length, 0);
}
