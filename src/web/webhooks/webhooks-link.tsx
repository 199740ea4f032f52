import { useAccount } from '../account/account.ts';
import { Link } from '../route.tsx';

/** Leads to the webhooks, where whoever sits here may look after them. */
export function WebhooksLink({ current }: { readonly current: 'page' | undefined }) {
  const account = useAccount();
  const mayManage =
    account.state === 'open' || (account.state === 'signed-in' && account.me.role === 'administrator');
  if (!mayManage) return null;
  return (
    <Link to="/webhooks" current={current}>
      Webhooks
    </Link>
  );
}
