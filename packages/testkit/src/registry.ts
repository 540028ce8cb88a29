import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '@davit/domain';
import { childProcess } from './child-process.ts';
import { findOnPath } from './engines/programs.ts';
import { freePort } from './free-port.ts';
import { temporaryDirectory } from './temporary-directory.ts';

/** A registry that asks for a name and a password. */
export interface Registry extends AsyncDisposable {
  /** `127.0.0.1:port`, as image names carry it */
  readonly address: string;
  readonly account: { username: string; password: string };
}

const PASSWORD = 'correct-horse-1';
const HTPASSWD = 'ada:$2b$05$SpKCXArVSsK2SKai4e9KWOGpWaATGFXaxGxwa0CfIRvvisE/o74Sy\n';

/** Whether there is a registry to start, for `describe.runIf`. */
export const hasRegistry = (): boolean => findOnPath('docker-registry') !== undefined;

/** Debian's docker-registry (the CNCF distribution), empty, on the loopback address. Throws `unsupported`. */
export async function registry(): Promise<Registry> {
  const program = findOnPath('docker-registry');
  if (program === undefined) {
    const command = 'apt-get install -y --no-install-recommends docker-registry';
    throw new AppError('unsupported', `a registry needs Debian's docker-registry (${command})`);
  }
  const opened = new AsyncDisposableStack();
  try {
    const directory = opened.use(await temporaryDirectory('registry')).path;
    const address = `127.0.0.1:${await freePort()}`;
    const config = join(directory, 'config.json');
    const accounts = join(directory, 'htpasswd');
    await writeFile(accounts, HTPASSWD);
    await writeFile(config, JSON.stringify(configuration({ directory, address, accounts })));
    const ready = /listening on/;
    opened.use(await childProcess(program, ['serve', config], { ready }));
    const account = { username: 'ada', password: PASSWORD };
    return { address, account, [Symbol.asyncDispose]: () => opened.disposeAsync() };
  } catch (error) {
    await opened.disposeAsync();
    throw error;
  }
}

/** JSON is YAML too. */
function configuration(of: { directory: string; address: string; accounts: string }): object {
  return {
    version: '0.1',
    storage: { filesystem: { rootdirectory: join(of.directory, 'data') } },
    http: { addr: of.address },
    auth: { htpasswd: { realm: 'test', path: of.accounts } },
  };
}
