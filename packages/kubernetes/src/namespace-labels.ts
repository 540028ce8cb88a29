import { Reflector } from './reflector.ts';
import type { ReflectorOptions } from './reflector.ts';
import type { KubeObject } from './kube-object.ts';
import { resourcePath } from './resource-path.ts';
import { RESOURCES } from './resource-types.ts';
import { keyOf, Store } from './store.ts';

type Passed = Pick<
  ReflectorOptions<KubeObject, string>,
  'http' | 'turns' | 'onState' | 'logger' | 'clock'
>;

export interface NamespaceLabelsOptions extends Passed {
  label: string;
  /** called with the name of a namespace whose label came, went or has another value */
  onChange: (namespace: string) => void;
}

/** The values of one label of namespaces, kept up to date; of those without it nothing is known. */
export class NamespaceLabels {
  readonly #values = new Store<string>();
  readonly #reflector: Reflector<KubeObject, string>;

  constructor({ label, onChange, ...passed }: NamespaceLabelsOptions) {
    this.#reflector = new Reflector<KubeObject, string>({
      ...passed,
      path: resourcePath(RESOURCES.Namespace),
      labelSelector: label,
      store: this.#values,
      project: ({ metadata }) => metadata.labels?.[label] ?? '',
      onChange: ({ type, entry, previous }) => {
        const same = type === 'modified' && previous?.value === entry.value;
        if (!same) onChange(entry.key.slice(1));
      },
    });
  }

  /** True once all are known; false when `run` ended before. */
  get synced(): Promise<boolean> {
    return this.#reflector.synced;
  }

  /** Keeps them up to date until the signal aborts. */
  run(signal: AbortSignal): Promise<void> {
    return this.#reflector.run(signal);
  }

  of(namespace: string): string | undefined {
    return this.#values.get(keyOf({ name: namespace }))?.value;
  }
}
