export { createPasswordHasher, PASSWORD_SCHEMES } from './password-hasher.ts';
export type { MeasuredHasher, PasswordHasherOptions, PasswordScheme } from './password-hasher.ts';
export { createTokenSigner } from './token-signer.ts';
export { createSecretBox } from './secret-box.ts';
export { loadEncryptionKey } from './encryption-key.ts';
export { createOAuth2Providers } from './oauth2/providers.ts';
export type { OAuth2Options } from './oauth2/providers.ts';
export { createAvatarFetcher } from './oauth2/fetch-avatar.ts';
