const KEY = 'davit_reloaded';
const PAUSE_MS = 10_000;

/** Loads the page anew, unless that was done just now and did not help. */
export function reloadOnce(now = Date.now()): void {
  if (now - Number(sessionStorage.getItem(KEY) ?? 0) < PAUSE_MS) return;
  sessionStorage.setItem(KEY, String(now));
  location.reload();
}
