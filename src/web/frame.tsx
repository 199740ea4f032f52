import type { ReactNode } from 'react';
import { AccountLink } from './account/account-link.tsx';
import { AuditLink } from './audit/audit-link.tsx';
import { Link } from './route.tsx';
import { WebhooksLink } from './webhooks/webhooks-link.tsx';
import { Wordmark } from './wordmark.tsx';

interface Props {
  /** Where this is, for the masthead. */
  readonly place: 'compare' | 'documents' | 'work' | 'audit' | 'webhooks' | 'account';
  readonly foot: string;
  readonly wide?: boolean;
  readonly children: ReactNode;
}

/** What stands around every page but the reading one. */
export function Frame({ place, foot, wide = false, children }: Props) {
  const current = (name: Props['place']) => (place === name ? 'page' : undefined);
  return (
    <div className={wide ? 'frame wide' : 'frame'}>
      <header className="masthead">
        <Link to="/" className="masthead-home" label="Redline">
          <Wordmark />
        </Link>
        <nav aria-label="Redline">
          <Link to="/" current={current('compare')}>
            Compare
          </Link>
          <Link to="/documents" current={current('documents')}>
            Documents
          </Link>
          <Link to="/work" current={current('work')}>
            Work
          </Link>
          <AuditLink current={current('audit')} />
          <WebhooksLink current={current('webhooks')} />
          <a href="/docs">API</a>
          <AccountLink current={current('account')} />
        </nav>
      </header>
      <main>{children}</main>
      <footer className="colophon">{foot}</footer>
    </div>
  );
}
