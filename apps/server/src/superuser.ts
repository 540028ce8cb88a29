import { AppError } from '@davit/domain';
import type { Logger } from '@davit/domain';
import type { Records } from '@davit/records';
import type { SuperuserConfig } from './config.ts';
import { openDirectory } from './open-directory.ts';

/** `davit superuser …`. Answers what to print. Errors: `invalid`, `not_found` (update of nobody). */
export async function runSuperuser(config: SuperuserConfig, logger: Logger): Promise<string> {
  const directory = await openDirectory({ ...config, readers: 0 }, logger);
  try {
    return await act(directory.records, config);
  } finally {
    await directory.close();
  }
}

async function act({ superusers }: Records, config: SuperuserConfig): Promise<string> {
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
  }
}
