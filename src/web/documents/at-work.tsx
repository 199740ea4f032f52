import { useEffect, useState } from 'react';
import { endLease, type KeptDocument, type Lease, listLeases, listMembers } from '../../client/index.ts';
import { useAccount } from '../account/account.ts';
import { useAnswer } from '../answer.ts';
import { service } from '../api.ts';
import { useAlone } from './alone.ts';
import { Notice } from './notice.tsx';
import { useActor } from './use-actor.ts';
import { useChange } from './use-change.ts';
import { momentOf, timeOf } from './words.ts';

/** How often it is asked who works on a document, while somebody looks. */
const LOOK_MS = 10_000;

/** Who has a document alone: this window, somebody else, or nobody. */
export interface AtWork {
  readonly mine: Lease | null;
  readonly other: Lease | null;
  /** It was said who has it. */
  readonly isKnown: boolean;
  readonly again: () => void;
}

/** Asks who works on a document, again every few seconds, and when the lease that is known ends. */
export function useAtWork({ id, state }: KeptDocument): AtWork & ReturnType<typeof useAlone> {
  const alone = useAlone(id);
  const mine = alone.lease;
  const answer = useAnswer(`leases ${id} ${mine?.id}`, async (signal) =>
    state === 'active' ? await listLeases(service, id, signal) : [],
  );
  const { again, loading, value } = answer;
  const [now, setNow] = useState(Date.now);
  const other = value?.find((one) => isAnother(one, mine, now)) ?? null;
  const pause = other === null ? LOOK_MS : Math.max(0, Math.min(LOOK_MS, Date.parse(other.expireTime) - now));
  useEffect(() => {
    if (loading) return;
    const look = (): void => {
      setNow(Date.now());
      if (document.visibilityState === 'visible') again();
    };
    const timer = setTimeout(look, pause + 1);
    document.addEventListener('visibilitychange', look);
    return () => {
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', look);
    };
  }, [loading, pause, again]);
  return { ...alone, mine, other, again, isKnown: value !== undefined };
}

function isAnother(lease: Lease, mine: Lease | null, now: number): boolean {
  return lease.clause === null && lease.id !== mine?.id && Date.parse(lease.expireTime) > now;
}

interface Props {
  readonly document: KeptDocument;
  readonly work: ReturnType<typeof useAtWork>;
  /** Somebody may have changed it meanwhile. */
  readonly onReload: () => void;
}

/** Says who works on a document alone, lets somebody do so, and end it. */
export function Working({ document, work, onReload }: Props) {
  const { mine, other, lost, again } = work;
  const { change, busy, problem, clear } = useChange<void>(again);
  const reload = (): void => {
    clear();
    again();
    onReload();
  };
  if (!work.isKnown || (mine === null && other === null && !mayWork(document))) return null;
  return (
    <section className="at-work" aria-label="Who works on it">
      {mine !== null && (
        <p role="status">
          <strong>You work on it alone.</strong> Others can read it. It stays so while this page is open.
        </p>
      )}
      {other !== null && <Held document={document} lease={other} />}
      {mine === null && other === null && lost && (
        <p role="status">
          <strong>You do not work on it alone any more.</strong> The time was over, or somebody took it.
          Reload before you go on.
        </p>
      )}
      {problem && <Notice problem={problem} onAgain={reload} />}
      {mine !== null ? (
        <button type="button" disabled={busy} onClick={() => change(work.release)}>
          Let others work on it
        </button>
      ) : (
        other === null && (
          <button
            type="button"
            disabled={busy}
            onClick={() =>
              change(work.take, () => {
                again();
                onReload();
              })
            }
          >
            Work on it alone
          </button>
        )
      )}
      {other !== null && <Takeover document={document} lease={other} work={work} onReload={onReload} />}
    </section>
  );
}

function mayWork({ role, state }: KeptDocument): boolean {
  return state === 'active' && (role === null || role === 'editor' || role === 'owner');
}

function Held({ document, lease }: { readonly document: KeptDocument; readonly lease: Lease }) {
  const who = useWho(document, lease);
  return (
    <p className="held-by" role="status">
      <strong>{who} works on it alone</strong>, until{' '}
      <time dateTime={lease.expireTime} title={momentOf(lease.expireTime)}>
        {timeOf(lease.expireTime)}
      </time>{' '}
      or longer. You can read and copy it; it cannot be changed or deleted meanwhile.
    </p>
  );
}

/** Their name, for whoever is told who is in. */
function useWho(document: KeptDocument, { owner }: Lease): string {
  const account = useAccount();
  const actor = useActor();
  const isAsked = account.state === 'signed-in' && owner.kind === 'person' && owner.id !== account.me.id;
  const { value } = useAnswer(`who ${document.id} ${owner.id} ${isAsked}`, async (signal) =>
    isAsked ? (await listMembers(service, document.id, signal)).members : [],
  );
  if (account.state !== 'signed-in' || owner.id === account.me.id) return 'Another window of yours';
  const found = value?.find(({ id }) => id === `${owner.kind}:${owner.id}`);
  return found?.name ?? found?.email ?? capital(actor(owner.id));
}

function capital(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

interface TakeoverProps extends Props {
  readonly lease: Lease;
}

/** For who may break it: whoever has it in another window, owners, and administrators. */
function Takeover({ document, lease, work, onReload }: TakeoverProps) {
  const account = useAccount();
  const { change, busy, problem, clear } = useChange<void>(onReload);
  const isMine = account.state !== 'signed-in' || lease.owner.id === account.me.id;
  const isManaging = account.state === 'signed-in' && account.me.role === 'administrator';
  if (!isMine && document.role !== 'owner' && !isManaging) return null;
  const take = async (): Promise<void> => {
    await endLease(service, document.id, lease.id);
    await work.take();
  };
  return (
    <>
      {problem && <Notice problem={problem} onAgain={clear} />}
      <button type="button" disabled={busy} onClick={() => change(take)}>
        {isMine ? 'Work on it here instead' : 'Take it over'}
      </button>
    </>
  );
}
