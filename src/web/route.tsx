import { type MouseEvent, type ReactNode, useSyncExternalStore } from 'react';

/** Which page an address is. */
export type Route =
  | { readonly name: 'compare' }
  | { readonly name: 'account' }
  | { readonly name: 'audit' }
  | { readonly name: 'work' }
  | { readonly name: 'webhooks' }
  | { readonly name: 'documents' }
  | { readonly name: 'document'; readonly id: string }
  | { readonly name: 'version'; readonly id: string; readonly number: number }
  | { readonly name: 'redline'; readonly id: string; readonly redline: string };

const PATH = /^\/documents(?:\/([\w-]+)(?:\/(versions|redlines)\/([\w-]+))?)?\/?$/;

export function routeOf(path: string): Route {
  if (/^\/account\/?$/.test(path)) return { name: 'account' };
  if (/^\/audit\/?$/.test(path)) return { name: 'audit' };
  if (/^\/work\/?$/.test(path)) return { name: 'work' };
  if (/^\/webhooks\/?$/.test(path)) return { name: 'webhooks' };
  const [whole, id, part, of] = PATH.exec(path) ?? [];
  if (whole === undefined) return { name: 'compare' };
  if (id === undefined) return { name: 'documents' };
  if (part === 'versions') return { name: 'version', id, number: Number(of) };
  if (part === 'redlines' && of !== undefined) return { name: 'redline', id, redline: of };
  return { name: 'document', id };
}

const MOVED = 'redline:moved';

/** The address without its host, told anew whenever it changes. */
export function useAddress(): string {
  return useSyncExternalStore(listen, () => location.pathname + location.search);
}

/** What the step of the history holds beside the address, as JSON. */
export function useStep(): string {
  return useSyncExternalStore(listen, () => JSON.stringify(history.state));
}

function listen(changed: () => void): () => void {
  addEventListener('popstate', changed);
  addEventListener(MOVED, changed);
  return () => {
    removeEventListener('popstate', changed);
    removeEventListener(MOVED, changed);
  };
}

/** Goes to another page of this application. @param how `replace` leaves no step to go back to */
export function go(to: string, how: { readonly replace?: boolean; readonly state?: unknown } = {}): void {
  if (how.replace) history.replaceState(how.state ?? null, '', to);
  else {
    history.pushState(how.state ?? null, '', to);
    scrollTo(0, 0);
  }
  dispatchEvent(new Event(MOVED));
}

interface LinkProps {
  readonly to: string;
  readonly className?: string | undefined;
  readonly current?: 'page' | undefined;
  readonly label?: string;
  readonly children: ReactNode;
}

/** A link that stays inside the application, and is a plain link for whoever opens it elsewhere. */
export function Link({ to, className, current, label, children }: LinkProps) {
  const follow = (event: MouseEvent): void => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    go(to);
  };
  return (
    <a href={to} className={className} aria-current={current} aria-label={label} onClick={follow}>
      {children}
    </a>
  );
}
