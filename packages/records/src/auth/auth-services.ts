import type { OAuth2Providers } from '@davit/domain';
import type { AuditLog } from '../audit/audit.ts';
import type { RecordsTransaction } from '../operations.ts';
import type { RealtimeHub } from '../realtime/hub.ts';
import type { Context } from '../requests/context.ts';
import type { AccountMail } from './account-mail.ts';
import type { FetchAvatar } from './oauth2/new-account.ts';
import type { Refusals } from './refusals.ts';
import type { Tokens } from './tokens.ts';

/** What the flows around an account share. */
export interface AuthServices {
  context: Context;
  transaction<T>(run: (tx: RecordsTransaction) => Promise<T>): Promise<T>;
  tokens: Tokens;
  mail: AccountMail;
  /** absent: nobody can sign in through a provider */
  providers: OAuth2Providers | undefined;
  /** absent: pictures are not taken over */
  fetchAvatar: FetchAvatar | undefined;
  realtime: RealtimeHub;
  /** where superusers may come from; empty: anywhere */
  superuserIPs: () => readonly string[];
  audit: AuditLog;
  refusals: Refusals;
  keys: { isValid(id: string, owner: string): Promise<boolean> };
}
