import { AppError } from '@davit/domain';
import type { JsonObject, Logger } from '@davit/domain';
import { commandLine } from '@davit/records';
import type { Records } from '@davit/records';
import type { FirstSuperuser } from './command-line/first-superuser.ts';
import type { SuperuserConfig } from './config.ts';
import { openDirectory } from './open-directory.ts';

/** `davit superuser …`. Answers what to print. Errors: `invalid`, `not_found` (update or OTP of nobody). */
export async function runSuperuser(config: SuperuserConfig, logger: Logger): Promise<string> {
  const directory = await openDirectory({ ...config, readers: 0 }, logger);
  try {
    return await act(directory.records, config);
  } finally {
    await directory.close();
  }
}

/** Where there is no superuser yet; later starts change nothing. Errors: `invalid`. */
export async function createFirstSuperuser(
  { superusers }: Records,
  first: FirstSuperuser | undefined,
): Promise<void> {
  if (!first || (await superusers.list()).length > 0) return;
  await superusers.create(first.email, first.password);
}

async function act(records: Records, config: SuperuserConfig): Promise<string> {
  const { superusers } = records;
  const { action, email, password } = config;
  switch (action) {
    case 'create':
      await superusers.create(email, password);
      return `Created superuser ${email}.`;
    case 'update':
      if (!(await superusers.list()).some((superuser) => superuser.email === email)) {
        throw new AppError('not_found', `There is no superuser ${email}.`);
      }
      await superusers.upsert(email, password);
      return `Changed the password of superuser ${email}.`;
    case 'upsert':
      await superusers.upsert(email, password);
      return `Saved superuser ${email}.`;
    case 'delete':
      await superusers.delete(email);
      return `Deleted superuser ${email}.`;
    case 'otp': {
      const { otpId, password: code, seconds } = await superusers.createOtp(email);
      return [
        `OTP of superuser ${email}, for ${seconds} s:`,
        `  id    ${otpId}`,
        `  code  ${code}`,
      ].join('\n');
    }
    case 'ips':
      return allowAddresses(records, config.addresses);
  }
}

async function allowAddresses({ settings }: Records, addresses: readonly string[]) {
  const body: JsonObject = { superuserIPs: [...addresses] };
  const query = {};
  const request = {
    context: 'default' as const,
    method: 'PATCH',
    query,
    headers: {},
    body,
    ip: '',
  };
  await settings.update(request, commandLine());
  return addresses.length === 0
    ? 'Superusers may come from any address.'
    : `Superusers may come from ${addresses.join(', ')}.`;
}
