import { AppError, type Collection, type Json } from '@davit/domain';
import { randomId, randomText } from '../fields/random.ts';
import { internalOperations } from '../internal.ts';
import type { RecordData } from '../record.ts';
import { derived, type RequestInfo } from '../request.ts';
import { findRecord } from '../requests/load.ts';
import { schemaOf } from '../schema.ts';
import { AttemptLimit } from './attempt-limit.ts';
import { authCollection } from './auth-collection.ts';
import { checkForm, emailAddress, lengthBetween, readText } from './auth-form.ts';
import { factorSettings, otpLength } from './auth-options.ts';
import type { AuthServices } from './auth-services.ts';
import { findByEmail } from './find-account.ts';
import type { OtpFlow } from './flows.ts';
import { respond } from './respond.ts';
import type { AuthResponse, MfaChallenge } from './auth-response.ts';
import { randomPassword, storeAccount } from './store-account.ts';

const OTPS = '_otps';
const DIGITS = '0123456789';
/** passwords of one account that may be valid at the same time */
const MAX_VALID = 10;
const ATTEMPTS = { attempts: 5, windowMs: 180_000 };
const MAX_PASSWORD = 71;

/** One-time passwords by mail. */
export class Otp implements OtpFlow {
  readonly #services: AuthServices;
  readonly #attempts: AttemptLimit;

  constructor(services: AuthServices) {
    this.#services = services;
    this.#attempts = new AttemptLimit(services.context.core.clock, ATTEMPTS);
  }

  async request(idOrName: string, body: Json, request: RequestInfo): Promise<{ otpId: string }> {
    const collection = this.#collection(idOrName);
    const form = readText(body, ['email']);
    await checkForm(form, { email: emailAddress });
    const { context } = this.#services;
    const event = {
      collection,
      request,
      record: await findByEmail(context, collection, form.email),
      password: randomText(otpLength(collection), DIGITS),
    };
    // an id of nothing, for an address nobody has here
    let otpId = randomId();
    const chain = context.core.chains.onRecordRequestOTPRequest;
    await chain.run(event, schemaOf(collection).tags, async ({ record, password }) => {
      if (record) otpId = await this.#issue(collection, record, password);
    });
    return { otpId };
  }

  /** The id of a new password, or of the last one where the account has had too many. */
  async #issue(collection: Collection, record: RecordData, password: string): Promise<string> {
    const records = internalOperations(this.#services.context);
    const valid = (await this.#ofAccount(collection, record)).filter((otp) =>
      this.#isValid(collection, otp),
    );
    const [latest] = valid;
    if (latest && valid.length >= MAX_VALID) return latest.id;
    const owner = { collectionRef: collection.id, recordRef: record.id };
    const { id } = await records.save(OTPS, { ...owner, password });
    this.#services.mail.sendLater(
      {
        kind: 'otp',
        collection,
        record,
        values: { OTP: password, OTP_ID: id },
        meta: { otpId: id, password },
      },
      {
        done: ([address = '']) => this.#sent(id, address),
        failed: () => records.remove(OTPS, id),
      },
    );
    return id;
  }

  /** It may be used already. */
  async #sent(id: string, address: string): Promise<void> {
    const records = internalOperations(this.#services.context);
    const otp = await records.get(OTPS, id);
    if (otp?.sentTo === '' && address !== '') await records.save(OTPS, { id, sentTo: address });
  }

  async signIn(
    idOrName: string,
    body: Json,
    request: RequestInfo,
  ): Promise<AuthResponse | MfaChallenge> {
    const collection = this.#collection(idOrName);
    const form = readText(body, ['otpId', 'password']);
    await checkForm(form, {
      otpId: [lengthBetween(1, 255)],
      password: [lengthBetween(1, MAX_PASSWORD)],
    });
    const { context } = this.#services;
    const { otp, record } = await this.#check(collection, form, request);
    const event = { collection, record, otp, request: derived(request, { context: 'otp' }) };
    let answer: AuthResponse | MfaChallenge | undefined;
    const chain = context.core.chains.onRecordAuthWithOTPRequest;
    await chain.run(event, schemaOf(collection).tags, async (chained) => {
      await this.#use(chained.otp.id);
      const account = await this.#verifyIfSent(collection, chained);
      const token = this.#services.tokens.issue(collection, account);
      answer = await respond(this.#services, {
        collection,
        record: account,
        token,
        request: chained.request,
        method: 'otp',
      });
    });
    if (answer === undefined) throw new AppError('invalid', 'Failed to authenticate.');
    return answer;
  }

  async #check(
    collection: Collection,
    form: { otpId: string; password: string },
    request: RequestInfo,
  ): Promise<{ otp: RecordData; record: RecordData }> {
    const { context } = this.#services;
    const otp = await internalOperations(context).get(OTPS, form.otpId);
    if (otp?.collectionRef !== collection.id || !this.#isValid(collection, otp)) throw invalid();
    const record = await findRecord(context, collection, { id: text(otp.recordRef) });
    if (record === undefined) throw invalid();
    if (!this.#attempts.take(record.id)) {
      const message = 'Too many attempts, please try again later with a new OTP.';
      throw new AppError('rate_limited', message);
    }
    if (await context.core.hasher.verify(form.password, text(otp.password))) return { otp, record };
    await this.#services.refusals.note({ collection, record, request, method: 'otp' });
    throw invalid();
  }

  /** Of two requests with the same password only one finds it. */
  async #use(id: string): Promise<void> {
    try {
      await internalOperations(this.#services.context).remove(OTPS, id);
    } catch (error) {
      if (AppError.is(error, 'not_found')) throw invalid();
      throw error;
    }
  }

  /** Who read the password read the mail. */
  async #verifyIfSent(
    collection: Collection,
    { record, otp, request }: { record: RecordData; otp: RecordData; request: RequestInfo },
  ): Promise<RecordData> {
    if (record.verified === true || otp.sentTo === '' || otp.sentTo !== record.email) return record;
    const change = {
      verified: true,
      ...(!factorSettings(collection, 'mfa').enabled && { password: randomPassword() }),
    };
    const account = { collection, before: record, after: record };
    const stored = { ...account, change, action: 'account.verify', request };
    return storeAccount(this.#services.context, stored, 'Failed to authenticate.');
  }

  async #ofAccount(collection: Collection, { id }: RecordData): Promise<RecordData[]> {
    return internalOperations(this.#services.context).find(OTPS, {
      filter: 'collectionRef = {:collection} && recordRef = {:id}',
      params: { collection: collection.id, id },
      sort: '-created',
    });
  }

  #isValid(collection: Collection, otp: RecordData): boolean {
    const { duration } = factorSettings(collection, 'otp');
    const age = this.#services.context.core.clock.now() - Date.parse(text(otp.created));
    return age < duration * 1000;
  }

  #collection(idOrName: string): Collection {
    const collection = authCollection(this.#services.context.core, idOrName);
    if (factorSettings(collection, 'otp').enabled) return collection;
    const message = 'The collection is not configured to allow OTP authentication.';
    throw new AppError('forbidden', message);
  }
}

function invalid(): AppError {
  return new AppError('invalid', 'Invalid or expired OTP.');
}

function text(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}
