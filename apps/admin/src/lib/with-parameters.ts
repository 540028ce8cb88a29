/** The address with other members in its query; '' removes one. */
export function withParameters(
  address: { readonly href: string },
  members: Readonly<Record<string, string>>,
): URL {
  const url = new URL(address.href);
  for (const [name, value] of Object.entries(members)) {
    if (value === '') url.searchParams.delete(name);
    else url.searchParams.set(name, value);
  }
  return url;
}
