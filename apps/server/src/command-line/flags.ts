const NAMES = [
  'dir',
  'http',
  'https',
  'certificates',
  'acme-directory',
  'acme-email',
  'metrics',
  'origins',
  'publicDir',
  'migrationsDir',
  'queryTimeout',
  'driver',
  'kubeconfig',
  'context',
  'docker-host',
  'edge-http',
  'edge-https',
  'edge-acme',
  'readers',
  'sync',
  'password-hash',
  'encryptionEnv',
  'dev',
  'help',
  'version',
] as const;
export type FlagName = (typeof NAMES)[number];

export interface Flag {
  /** what its value is called; absent where it takes none */
  value?: string;
  text: string;
}

/** Every flag of the command line. */
export const FLAGS: Record<FlagName, Flag> = {
  dir: { value: 'FOLDER', text: 'where everything is stored (default ./pb_data)' },
  http: {
    value: 'HOST:PORT',
    text: 'address to listen on (default 127.0.0.1:8090; 0.0.0.0:80 with domains or --https)',
  },
  https: {
    value: 'HOST:PORT',
    text: 'address to listen on for HTTPS, where plain HTTP leads then (default 0.0.0.0:443 with domains, else none)',
  },
  certificates: {
    value: 'FOLDER',
    text: 'certificates of your own, NAME.crt with NAME.key, read again when they change (default certificates in --dir)',
  },
  'acme-directory': {
    value: 'URL',
    text: "the authority that issues certificates for domains (default Let's Encrypt)",
  },
  'acme-email': { value: 'EMAIL', text: 'whom the authority may write to (default nobody)' },
  metrics: {
    value: 'HOST:PORT',
    text: 'where Prometheus reads /metrics without a token (default: on --http, with an API key)',
  },
  origins: { value: 'LIST', text: 'origins browsers may call from, comma separated (default *)' },
  publicDir: { value: 'FOLDER', text: 'a site to serve at / (default pb_public beside --dir)' },
  migrationsDir: {
    value: 'FOLDER',
    text: 'of JavaScript migrations (default pb_migrations beside --dir)',
  },
  queryTimeout: { value: 'SECONDS', text: 'longest one read may take (default 30)' },
  driver: {
    value: 'NAME',
    text: 'auto, kubernetes, docker or none: what runs the rollouts; auto is the cluster Davit runs in, else Docker where it answers, else none',
  },
  kubeconfig: {
    value: 'FILE',
    text: 'with --driver kubernetes (default $KUBECONFIG, ~/.kube/config)',
  },
  context: { value: 'NAME', text: 'context of the kubeconfig (default: its current one)' },
  'docker-host': {
    value: 'ADDRESS',
    text: 'unix:///path or tcp://host:port (default $DOCKER_HOST, unix:///var/run/docker.sock)',
  },
  'edge-http': {
    value: 'HOST:PORT',
    text: 'where apps on Docker are reached (default :8080)',
  },
  'edge-https': {
    value: 'HOST:PORT',
    text: 'where apps on Docker are reached over HTTPS (default nowhere)',
  },
  'edge-acme': {
    text: 'orders certificates for hosts of apps that ask for TLS, where there is none of your own',
  },
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
};

export const isFlag = (name: string): name is FlagName => NAMES.some((known) => known === name);
