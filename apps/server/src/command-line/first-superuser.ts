export interface FirstSuperuser {
  email: string;
  password: string;
}

/** As images of PocketBase call them, the newest name first. */
const PREFIXES = ['PB_SUPERUSER', 'PB_ADMIN', 'POCKETBASE_SUPERUSER', 'POCKETBASE_ADMIN'];
const SHORTEST_PASSWORD = 8;

/** Who is made a superuser where there is none yet: `PB_SUPERUSER_EMAIL`, `PB_SUPERUSER_PASSWORD`. */
export function firstSuperuser(
  env: Readonly<Record<string, string | undefined>>,
  problems: string[],
): FirstSuperuser | undefined {
  for (const prefix of PREFIXES) {
    const [emailName, passwordName] = [`${prefix}_EMAIL`, `${prefix}_PASSWORD`];
    const { [emailName]: email = '', [passwordName]: password = '' } = env;
    if (email === '' && password === '') continue;
    if (email === '') problems.push(`${passwordName} needs ${emailName}`);
    else if (!/^\S+@\S+$/.test(email)) problems.push(`${emailName} is no e-mail address: ${email}`);
    if (password === '') problems.push(`${emailName} needs ${passwordName}`);
    else if ([...password].length < SHORTEST_PASSWORD) {
      problems.push(`${passwordName} must have ${SHORTEST_PASSWORD} characters or more`);
    }
    return { email, password };
  }
  return undefined;
}
