import { readFileSync } from 'node:fs';
import {
  API_PACKAGES,
  CHROMIUM_PACKAGES,
  installCommand,
  isRoot,
  missingPackages,
  NODE_PACKAGES,
} from './debian.ts';
import { ACME_PROGRAMS, API_PROGRAMS, missingPrograms, NODE_PROGRAMS } from './programs.ts';

/** `true`, or why an engine cannot be had on this host and which command would change that. */
export type Availability = true | { readonly reason: string };

export interface Available {
  /** etcd, kube-apiserver and the controllers, as ordinary processes */
  readonly api: Availability;
  /** a node that runs pods */
  readonly node: Availability;
  readonly chromium: Availability;
  /** an authority that issues certificates */
  readonly acme: Availability;
  readonly helm: Availability;
  /** simulated nodes, whose pods are ready without containers */
  readonly kwok: Availability;
  /** the original, to compare with and to take turns with */
  readonly pocketbase: Availability;
}

/** Looks at this host; starts, installs and builds nothing. */
export function available(): Available {
  const chromium = packagesFor('Chromium', CHROMIUM_PACKAGES);
  const [helm, kwok, pocketbase] = [program('helm'), program('kwok'), program('pocketbase')];
  return { api: api(), node: node(), chromium, acme: acme(), helm, kwok, pocketbase };
}

const told = new Set<string>();

/**
 * Whether an engine is there, for `describe.runIf(has('api'))`. Prints the reason once where it is
 * not, since a skipped test says nothing.
 */
export function has(engine: keyof Available): boolean {
  const found = available()[engine];
  if (found === true) return true;
  if (!told.has(found.reason)) console.error(`skipped: ${found.reason}`);
  told.add(found.reason);
  return false;
}

function api(): Availability {
  if (process.platform !== 'linux') return { reason: 'the test control plane needs Linux' };
  const missing = missingPrograms(API_PROGRAMS);
  if (missing.length > 0) return unbuilt(missing);
  return packagesFor('the test control plane', API_PACKAGES);
}

function node(): Availability {
  if (process.env['DAVIT_TEST_KUBECONFIG']) return true;
  if (process.platform !== 'linux') return { reason: 'a test node needs Linux' };
  if (!isRoot()) return { reason: `a test node needs root: sudo npm test, ${orExisting}` };
  if (!mayMount()) return { reason: `a test node needs a privileged container, ${orExisting}` };
  const missing = missingPrograms(NODE_PROGRAMS);
  if (missing.length > 0) return unbuilt(missing);
  return packagesFor('a test node', NODE_PACKAGES);
}

function acme(): Availability {
  const missing = missingPrograms(ACME_PROGRAMS);
  return missing.length > 0 ? unbuilt(missing) : packagesFor('the ACME server', API_PACKAGES);
}

function program(name: 'helm' | 'kwok' | 'pocketbase'): Availability {
  return missingPrograms([name]).length === 0 || unbuilt([name]);
}

const orExisting = 'or an existing cluster: DAVIT_TEST_KUBECONFIG=FILE npm test';

function unbuilt(names: readonly string[]): Availability {
  const what = names.join(', ');
  return { reason: `not built yet: ${what} (run: npm run engines -- --prepare; needs Go)` };
}

function packagesFor(what: string, names: readonly string[]): Availability {
  const missing = missingPackages(names);
  if (missing.length === 0) return true;
  return { reason: `${what} needs Debian packages (run as root: ${installCommand(missing)})` };
}

/** CAP_NET_ADMIN (12) and CAP_SYS_ADMIN (21), which root in an ordinary container lacks. */
function mayMount(): boolean {
  const line = /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8'));
  const capabilities = BigInt(`0x${line?.[1] ?? '0'}`);
  return [12n, 21n].every((bit) => (capabilities >> bit) & 1n);
}
