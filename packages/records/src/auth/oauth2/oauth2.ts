import { AppError, type Collection, type Json, type OAuth2ProviderInfo } from '@davit/domain';
import type { JsonObject, OAuth2User } from '@davit/domain';
import { formatDate } from '../../fields/date.ts';
import type { RecordAuthWithOAuth2RequestEvent } from '../../hooks/auth-events.ts';
import { internalOperations } from '../../internal.ts';
import type { RecordData } from '../../record.ts';
import { derived, type RequestInfo } from '../../request.ts';
import { schemaOf } from '../../schema.ts';
import { SUPERUSERS } from '../../write/auth-effects.ts';
import { authCollection } from '../auth-collection.ts';
import { oauth2Enabled } from '../auth-options.ts';
import type { AuthServices } from '../auth-services.ts';
import { findByEmail } from '../find-account.ts';
import type { OAuth2Flow, OAuth2Redirect } from '../flows.ts';
import { respond } from '../respond.ts';
import type { AuthResponse, MfaChallenge } from '../auth-response.ts';
import { parseAppleForm } from './apple-form.ts';
import { AppleNames } from './apple-names.ts';
import { linkAccount } from './link-account.ts';
import { newAccount, type FetchAvatar } from './new-account.ts';
import { oauth2Configs } from './oauth2-options.ts';
import { parseOAuth2Form } from './oauth2-form.ts';
import { textOf } from '../text-of.ts';

const TOPIC = '@oauth2';

/** Sign-in through accounts elsewhere. */
export class OAuth2 implements OAuth2Flow {
  readonly #services: AuthServices;
  readonly #appleNames: AppleNames;

  constructor(services: AuthServices) {
    this.#services = services;
    this.#appleNames = new AppleNames(services.context.core.clock);
  }

  providers(): readonly OAuth2ProviderInfo[] {
    return this.#services.providers?.list() ?? [];
  }

  appleSecret(body: JsonObject): string {
    const parts = parseAppleForm(body);
    const { providers } = this.#services;
    if (providers === undefined) throw new AppError('unsupported', 'There are no providers.');
    return providers.signAppleSecret(parts);
  }

  async signIn(
    idOrName: string,
    body: Json,
    request: RequestInfo,
  ): Promise<AuthResponse | MfaChallenge> {
    const collection = this.#collection(idOrName);
    const { config, createData, ...grant } = await parseOAuth2Form(body, oauth2Configs(collection));
    const { providers } = this.#services;
    if (providers === undefined) throw new AppError('unsupported', 'There are no providers.');
    const user = await providers.exchange(config, grant);
    if (config.name === 'apple' && user.name === '') user.name = this.#appleNames.take(grant.code);
    const record = await this.#find(collection, { provider: config.name, user, request });
    return this.#finish({
      collection,
      request: derived(request, { context: 'oauth2' }),
      providerName: config.name,
      oauth2User: user,
      createData,
      record,
      isNewRecord: record === undefined,
    });
  }

  /** Known by the link, else whoever is signed in, else by an address the provider vouches for. */
  async #find(
    collection: Collection,
    { provider, user, request }: { provider: string; user: OAuth2User; request: RequestInfo },
  ): Promise<RecordData | undefined> {
    const { context } = this.#services;
    const records = internalOperations(context);
    const [link] = await records.find('_externalAuths', {
      filter: 'collectionRef = {:collection} && provider = {:provider} && providerId = {:id}',
      params: { collection: collection.id, provider, id: user.id },
      limit: 1,
    });
    if (link) return records.get(collection.id, textOf(link.recordRef));
    // a program cannot link its owner's account to somebody
    const { auth } = request;
    if (auth?.collection.id === collection.id && !auth.key) return auth.record;
    return user.emailVerified ? findByEmail(context, collection, user.email) : undefined;
  }

  async #finish(
    event: Omit<RecordAuthWithOAuth2RequestEvent, 'next'>,
  ): Promise<AuthResponse | MfaChallenge> {
    const { context } = this.#services;
    const { collection } = event;
    let answer: AuthResponse | MfaChallenge | undefined;
    const chain = context.core.chains.onRecordAuthWithOAuth2Request;
    await chain.run(event, schemaOf(collection).tags, async (chained) => {
      const record = await this.#link(chained);
      chained.record = record;
      answer = await respond(this.#services, {
        collection,
        record,
        token: this.#services.tokens.issue(collection, record),
        request: chained.request,
        method: 'oauth2',
        meta: metaOf(chained),
      });
    });
    if (answer === undefined) throw new AppError('invalid', 'Failed to authenticate.');
    return answer;
  }

  async #link(event: RecordAuthWithOAuth2RequestEvent): Promise<RecordData> {
    const { collection, request, providerName, oauth2User: user, createData, record } = event;
    if (record === undefined && collection.name === SUPERUSERS) {
      throw new AppError('invalid', 'Failed to authenticate.');
    }
    const fetchAvatar = this.#services.fetchAvatar ?? noAvatar;
    const sources = { user, createData, fetchAvatar };
    const account =
      record === undefined
        ? await newAccount(this.#services.context, collection, sources)
        : undefined;
    try {
      return await this.#services.transaction((tx) =>
        linkAccount(tx, { collection, request, providerName, user, record, account }),
      );
    } catch (error) {
      if (AppError.is(error, 'conflict')) {
        throw new AppError('invalid', 'Failed to authenticate.', { cause: error });
      }
      throw error;
    }
  }

  redirect({ state, code, error, user }: OAuth2Redirect, ip: string): boolean {
    if (state === '') return false;
    if (user !== '' && error === '' && code !== '') this.#appleNames.remember(code, user);
    const message = { state, code, ...(error !== '' && { error }) };
    const told = this.#services.realtime.tell(state, TOPIC, { data: message, ip });
    return told && error === '' && code !== '';
  }

  #collection(idOrName: string): Collection {
    const collection = authCollection(this.#services.context.core, idOrName);
    if (oauth2Enabled(collection)) return collection;
    const message = 'The collection is not configured to allow OAuth2 authentication.';
    throw new AppError('forbidden', message);
  }
}

const noAvatar: FetchAvatar = () => Promise.resolve(undefined);

function metaOf({
  oauth2User,
  isNewRecord,
}: RecordAuthWithOAuth2RequestEvent): NonNullable<AuthResponse['meta']> {
  const { id, name, username, email, avatarURL, rawUser, expires } = oauth2User;
  const { accessToken, refreshToken } = oauth2User;
  return {
    id,
    name,
    username,
    email,
    avatarURL,
    avatarUrl: avatarURL,
    rawUser,
    accessToken,
    refreshToken,
    expiry: expires === undefined ? '' : formatDate(expires),
    isNew: isNewRecord,
  };
}
