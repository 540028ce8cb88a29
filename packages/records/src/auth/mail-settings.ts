import type { Json, JsonObject, MailAddress, SmtpServer } from '@davit/domain';

export interface MailSettings {
  appName: string;
  appURL: string;
  from: MailAddress;
  /** absent: the machine's own sendmail */
  server: SmtpServer | undefined;
}

/** What mail needs of the stored settings; PocketBase's defaults for the rest. */
export function parseMailSettings(settings: unknown): MailSettings {
  const { meta, smtp } = section(settings as Json);
  const { appName, appURL, senderName, senderAddress } = section(meta);
  return {
    appName: text(appName, 'Acme'),
    appURL: text(appURL, 'http://localhost:8090'),
    from: {
      name: text(senderName, 'Support'),
      address: text(senderAddress, 'support@example.com'),
    },
    server: parseServer(section(smtp)),
  };
}

function parseServer(smtp: JsonObject): SmtpServer | undefined {
  if (smtp.enabled !== true) return undefined;
  const authMethod = smtp.authMethod === 'LOGIN' ? 'LOGIN' : 'PLAIN';
  return {
    host: text(smtp.host, ''),
    port: typeof smtp.port === 'number' ? smtp.port : 587,
    tls: smtp.tls === true,
    username: text(smtp.username, ''),
    password: text(smtp.password, ''),
    authMethod,
    localName: text(smtp.localName, ''),
  };
}

function section(value: Json | undefined): JsonObject {
  const isObject = value !== null && typeof value === 'object' && !Array.isArray(value);
  return isObject ? value : {};
}

function text(value: Json | undefined, otherwise: string): string {
  return typeof value === 'string' && value !== '' ? value : otherwise;
}
