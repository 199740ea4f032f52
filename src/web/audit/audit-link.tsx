import { useAccount } from '../account/account.ts';
import { Link } from '../route.tsx';

/** Leads to the audit trail, where whoever sits here may read it. */
export function AuditLink({ current }: { readonly current: 'page' | undefined }) {
  const account = useAccount();
  const mayRead = account.state === 'open' || (account.state === 'signed-in' && account.me.role !== 'member');
  if (!mayRead) return null;
  return (
    <Link to="/audit" current={current}>
      Audit
    </Link>
  );
}
