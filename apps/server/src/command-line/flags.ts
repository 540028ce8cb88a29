/** Every flag of the command line. */
export const FLAGS = {
  dir: { value: 'FOLDER', text: 'where everything is stored (default ./pb_data)' },
  http: { value: 'HOST:PORT', text: 'address to listen on (default 127.0.0.1:8090)' },
  origins: { value: 'LIST', text: 'origins browsers may call from, comma separated (default *)' },
  publicDir: { value: 'FOLDER', text: 'a site to serve at / (default pb_public beside --dir)' },
  driver: {
    value: 'NAME',
    text: 'auto, kubernetes or none: what runs the rollouts; auto is the cluster Davit runs in, else none',
  },
  kubeconfig: {
    value: 'FILE',
    text: 'with --driver kubernetes (default $KUBECONFIG, ~/.kube/config)',
  },
  context: { value: 'NAME', text: 'context of the kubeconfig (default: its current one)' },
  readers: { value: 'N', text: 'threads that read the database (default: number of cores)' },
  sync: {
    value: 'MODE',
    text: 'normal: survives a crash; full: survives power loss (default normal)',
  },
  'password-hash': {
    value: 'NAME',
    text: 'auto, bcrypt or argon2id; auto is bcrypt in folders that PocketBase made (default auto)',
  },
  encryptionEnv: {
    value: 'VARIABLE',
    text: 'holds the 32 byte key for secrets (default PB_ENCRYPTION_KEY; without it a key file)',
  },
  dev: { text: 'accepted for PocketBase scripts, has no effect' },
  help: { text: 'explains a command' },
  version: { text: 'prints the version' },
} as const satisfies Record<string, { value?: string; text: string }>;

export type FlagName = keyof typeof FLAGS;

export const isFlag = (name: string): name is FlagName => Object.hasOwn(FLAGS, name);

/** The name of the flag's value; undefined where it takes none. */
export function valueOf(name: FlagName): string | undefined {
  const flag: { value?: string } = FLAGS[name];
  return flag.value;
}
