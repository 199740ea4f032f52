import { useAccount } from '../account/account.ts';

/** Who did something, in words: the service names people by ids, and only administrators may ask whose they are. */
export function useActor(): (id: string) => string {
  const account = useAccount();
  return (id) => {
    if (account.state !== 'signed-in') return id === 'operator' ? 'you' : id;
    if (id === account.me.id) return 'you';
    if (id === 'operator') return 'the operator';
    return id.startsWith('p_') ? 'a colleague' : 'a program';
  };
}
