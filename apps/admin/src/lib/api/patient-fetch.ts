const PAUSE_MS = 300;

/** `fetch` that reads once more where no answer came: browsers drop what is under way when networks change. */
export async function patientFetch(
  input: RequestInfo | URL,
  init: RequestInit = {},
): Promise<Response> {
  try {
    return await fetch(input, init);
  } catch (error) {
    const { method = 'GET', signal } = init;
    if (method !== 'GET' || signal?.aborted === true) throw error;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    return fetch(input, init);
  }
}
