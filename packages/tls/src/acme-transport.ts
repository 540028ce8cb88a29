const CALL_MS = 30_000;

/** What an axios adapter is given, as far as ACME needs it. */
interface Call {
  url?: string;
  method?: string;
  headers: { toJSON(): object };
  data?: unknown;
}

/**
 * Carries ACME calls over `fetch`. The library's own transport repeats calls for minutes, out of sight, and loses the
 * reason when the authority cannot be reached at all: here that is an error of its own, told at once.
 */
export async function acmeTransport(call: Call): Promise<object> {
  const { url = '', method = 'get', headers, data } = call;
  let response: Response;
  let text: string;
  try {
    response = await fetch(url, {
      method: method.toUpperCase(),
      headers: headers.toJSON() as Record<string, string>,
      signal: AbortSignal.timeout(CALL_MS),
      ...(typeof data === 'string' && { body: data }),
    });
    text = await response.text();
  } catch (cause) {
    throw new Error(`${new URL(url).host} cannot be reached: ${reasonOf(cause)}`, { cause });
  }
  const { status, statusText } = response;
  return {
    status,
    statusText,
    headers: Object.fromEntries(response.headers),
    data: text,
    config: call,
  };
}

/** fetch keeps the reason in the cause, which may hold several without words of its own. */
function reasonOf(error: unknown): string {
  const { cause = error } = error as { cause?: unknown };
  const { message, code } = cause as { message?: string; code?: string };
  return message || code || String(error);
}
