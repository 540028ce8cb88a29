import type { JsonObject } from '@davit/domain';

export interface AuthResponse {
  token: string;
  record: JsonObject;
  meta?: JsonObject;
}

/** The first of two factors is done: the caller answers 401 with this body. */
export interface MfaChallenge {
  mfaId: string;
}
