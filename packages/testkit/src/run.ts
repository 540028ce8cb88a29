import { spawn } from 'node:child_process';
import { AppError } from '@davit/domain';

export interface RunOptions {
  input?: string | Buffer;
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  /** shows the program's own output instead of collecting it */
  show?: boolean;
  signal?: AbortSignal;
}

/** Runs a program to its end and answers its standard output; another exit code than 0 throws. */
export async function run(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  const { input, show = false, ...rest } = options;
  const output = show ? 'inherit' : 'pipe';
  const child = spawn(command, args, { ...rest, stdio: ['pipe', output, output] });
  const text = { stdout: '', stderr: '' };
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => (text.stdout += chunk));
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => (text.stderr += chunk));
  const { promise, resolve, reject } = Promise.withResolvers<number | null>();
  child.once('error', reject).once('close', resolve);
  // a program that does not read its input closes the pipe; its exit code tells the rest
  child.stdin?.on('error', () => undefined).end(input);
  const code = await promise;
  if (code === 0) return text.stdout;
  const reason = (text.stderr || text.stdout).trim().slice(-2000);
  throw new AppError('internal', `${command} ${args.join(' ')} ended with ${code}: ${reason}`);
}
