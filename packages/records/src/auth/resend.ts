/** The same mail goes to the same account this often at most. */
export const RESEND_MS: number = 2 * 60_000;
