import type { Collection, JsonObject, Mail, OAuth2User } from '@davit/domain';
import type { RecordData } from '../record.ts';
import type { RequestInfo } from '../request.ts';

interface Asynchronous {
  /** Runs the rest of the chain; resolves when everything after this handler is done. */
  next(): Promise<void>;
}

/** What is about an account. Handlers may change fields of `record`: where the step stores it, they are stored. */
interface AccountRequestEvent extends Asynchronous {
  collection: Collection;
  request: RequestInfo;
  record: RecordData;
}

export type RecordAuthRefreshRequestEvent = AccountRequestEvent;
export type RecordRequestPasswordResetRequestEvent = AccountRequestEvent;
export type RecordConfirmPasswordResetRequestEvent = AccountRequestEvent;
export type RecordRequestVerificationRequestEvent = AccountRequestEvent;
export type RecordConfirmVerificationRequestEvent = AccountRequestEvent;

export interface RecordEmailChangeRequestEvent extends AccountRequestEvent {
  newEmail: string;
}

export interface RecordRequestOTPRequestEvent extends Asynchronous {
  collection: Collection;
  request: RequestInfo;
  /** absent: nobody of that address; a handler may supply one */
  record?: RecordData | undefined;
  /** what will be sent; may be changed */
  password: string;
}

export interface RecordAuthWithOTPRequestEvent extends AccountRequestEvent {
  otp: RecordData;
}

export interface RecordAuthWithOAuth2RequestEvent extends Asynchronous {
  collection: Collection;
  request: RequestInfo;
  providerName: string;
  oauth2User: OAuth2User;
  /** merged over what the provider says when an account is made */
  createData: JsonObject;
  /** absent: one will be made */
  record?: RecordData | undefined;
  isNewRecord: boolean;
}

/** Every mail on its way out; `mail` may be changed. Not calling `next()` keeps it. */
export interface MailerSendEvent extends Asynchronous {
  mail: Mail;
}

/** A mail to an account, before `onMailerSend`. */
export interface MailerRecordSendEvent extends MailerSendEvent {
  collection: Collection;
  record: RecordData;
  /** what the template was filled with: `token`, `newEmail`, `otpId`, `password`, `info` */
  meta: Record<string, string>;
}
