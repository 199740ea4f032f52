import { listPeople, listServiceAccounts } from '../../client/index.ts';
import { useAccount } from '../account/account.ts';
import { useAnswer } from '../answer.ts';
import { service } from '../api.ts';

/** Who asked, in words. @param isWanted whether others than whoever looks may have asked: administrators may know their names. */
export function useNames(isWanted: boolean): (id: string) => string {
  const account = useAccount();
  const me = account.state === 'signed-in' ? account.me.id : 'operator';
  const { value } = useAnswer(`${isWanted}`, async (signal) =>
    isWanted && account.state === 'signed-in' ? await namesOf(signal) : new Map<string, string>(),
  );
  return (id) =>
    id === me ? 'you' : (value?.get(id) ?? (id.startsWith('p_') ? 'a colleague' : `program ${id}`));
}

async function namesOf(signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
  const [people, accounts] = await Promise.all([
    listPeople(service, signal),
    listServiceAccounts(service, signal),
  ]);
  return new Map([
    ...people.map(({ id, name, email }) => [id, name ?? email ?? 'a colleague'] as const),
    ...accounts.map(({ id, name }) => [id, name] as const),
  ]);
}
