import { Link } from '../route.tsx';
import { useAccount } from './account.ts';

/** Leads to the account of whoever is signed in. */
export function AccountLink({ current }: { readonly current: 'page' | undefined }) {
  const account = useAccount();
  if (account.state !== 'signed-in') return null;
  return (
    <Link to="/account" current={current}>
      {account.me.name ?? account.me.email ?? 'Account'}
    </Link>
  );
}
