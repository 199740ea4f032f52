// The cookies hold tokens for a quarter of an hour. They are renewed before that, and when the service asks for it.

/** Held by the tab that renews: each refresh token works once. */
const LOCK = 'redline:renewal';
/** When a tab last renewed, in milliseconds since 1970, for the others. */
const RENEWED = 'redline:renewed';
const EARLY_MS = 10 * 60_000;
/** Another tab has just done it. */
const RECENT_MS = 5000;

/** Renews what the browser holds, unless another tab just did. @returns whether somebody is signed in. */
export function renew(): Promise<boolean> {
  return navigator.locks.request(LOCK, async () => {
    if (ageMs() < RECENT_MS) return true;
    const answer = await fetch('/auth/refresh', { method: 'POST' }).catch(() => null);
    if (answer?.ok) localStorage.setItem(RENEWED, String(Date.now()));
    return answer?.ok === true;
  });
}

/** Keeps who is signed in so, for as long as the page is open. */
export function keepRenewing(): void {
  const look = (): void => {
    if (ageMs() > EARLY_MS && document.visibilityState === 'visible') void renew();
  };
  setInterval(look, 30_000);
  addEventListener('visibilitychange', look);
}

/** Somebody has just signed in, or out. */
export function noteRenewal(signedIn: boolean): void {
  if (signedIn) localStorage.setItem(RENEWED, String(Date.now()));
  else localStorage.removeItem(RENEWED);
}

function ageMs(): number {
  const age = Date.now() - Number(localStorage.getItem(RENEWED) ?? '0');
  return age < 0 ? Number.POSITIVE_INFINITY : age;
}
