import { useSyncExternalStore } from 'react';
import { keepRenewing, noteRenewal, renew } from './renewal.ts';

/** Who sits here, as the service says. */
export interface Me {
  readonly kind: string;
  readonly id: string;
  readonly name: string | null;
  readonly email: string | null;
  readonly role: 'administrator' | 'member' | 'auditor';
}

/** How somebody can sign in. */
export interface Ways {
  readonly required: boolean;
  readonly provider: boolean;
  readonly link: boolean;
  /** With a password that the service keeps. */
  readonly local: boolean;
}

export type Account =
  | { readonly state: 'asking' }
  /** Nobody has to sign in here. */
  | { readonly state: 'open' }
  | { readonly state: 'signed-in'; readonly me: Me }
  | { readonly state: 'signed-out'; readonly ways: Ways; readonly trouble: Trouble | null };

/** Why the page cannot go on by itself. */
export type Trouble = 'link' | 'unreachable';

/** What came of a try to sign in; `refused` says what the service says. */
export type Try = { readonly done: true } | { readonly done: false; readonly why: string };

const NO_WAYS: Ways = { required: true, provider: false, link: false, local: false };

let account: Account = { state: 'asking' };
let begun = false;
const listeners = new Set<() => void>();

export function useAccount(): Account {
  return useSyncExternalStore(listen, () => account);
}

/** Ends every session of whoever is signed in. */
export async function signOut(): Promise<boolean> {
  const answer = await fetch('/auth/sign-out', { method: 'POST' }).catch(() => null);
  if (!answer?.ok) return false;
  noteRenewal(false);
  location.assign('/');
  return true;
}

/** Signs in, or sets the password that a link was made for. */
export async function trySignIn(path: '/auth/local' | '/auth/password', given: object): Promise<Try> {
  const outcome = await tryPassword('POST', path, given);
  if (outcome.done) location.reload();
  return outcome;
}

/** Takes another password; this page stays signed in. */
export async function changePassword(given: object): Promise<Try> {
  return await tryPassword('PUT', '/auth/password', given);
}

async function tryPassword(method: 'POST' | 'PUT', path: string, given: object): Promise<Try> {
  const init = { method, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(given) };
  const answer = await fetch(path, init).catch(() => null);
  if (answer?.ok) {
    noteRenewal(true);
    return { done: true };
  }
  if (answer === null) return { done: false, why: 'The service cannot be reached. Try again.' };
  const { detail = 'That did not work. Try again.' } = (await answer.json().catch(() => ({}))) as {
    readonly detail?: string;
  };
  return { done: false, why: detail };
}

/** The secret of a link to set a password, which leaves the address at once. */
export function takePasswordLink(): string | null {
  const [, link] = /^#password=([\w.-]+)$/.exec(location.hash) ?? [];
  if (link === undefined) return null;
  history.replaceState(history.state, '', location.pathname + location.search);
  return link;
}

/** Asks once who sits here; a link that signs in is used up on the way. */
async function begin(): Promise<void> {
  const ways = await read<Ways>('/auth/ways');
  if (ways === null) return become({ state: 'signed-out', ways: NO_WAYS, trouble: 'unreachable' });
  if (!ways.required) return become({ state: 'open' });
  const trouble = await redeemLink();
  // A sign-in through the provider leaves no other trace in the page.
  const me = (await read<Me>('/v1/me')) ?? ((await renew()) ? await read<Me>('/v1/me') : null);
  if (me === null) return become({ state: 'signed-out', ways, trouble });
  noteRenewal(true);
  keepRenewing();
  become({ state: 'signed-in', me });
}

/** The secret behind the `#` leaves the address at once. */
async function redeemLink(): Promise<Trouble | null> {
  const [, link] = /^#link=([\w-]+)$/.exec(location.hash) ?? [];
  if (link === undefined) return null;
  history.replaceState(history.state, '', location.pathname + location.search);
  const init = {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ link }),
  };
  const answer = await fetch('/auth/link', init).catch(() => null);
  return answer?.ok ? null : 'link';
}

async function read<Answer>(path: string): Promise<Answer | null> {
  const answer = await fetch(path, { headers: { Accept: 'application/json' } }).catch(() => null);
  return answer?.ok ? ((await answer.json()) as Answer) : null;
}

function become(next: Account): void {
  account = next;
  for (const tell of listeners) tell();
}

function listen(tell: () => void): () => void {
  listeners.add(tell);
  if (!begun) {
    begun = true;
    void begin();
  }
  return () => listeners.delete(tell);
}
