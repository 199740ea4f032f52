import { useState } from 'react';
import type { Problem } from '../../client/index.ts';
import { useAnswer } from '../answer.ts';
import { service } from '../api.ts';
import { Notice } from '../documents/notice.tsx';
import { useArrival } from '../focus.ts';
import { Frame } from '../frame.tsx';
import { useTitle } from '../title.ts';
import { type Me, signOut, useAccount } from './account.ts';
import { PasswordChange } from './password-change.tsx';

interface Session {
  readonly id: string;
  readonly method: 'oidc' | 'link' | 'local';
  readonly createdAt: string;
  readonly usedAt: string;
  readonly device: string;
  readonly address: string | null;
  readonly current: boolean;
}

/** Who is signed in, and where else. */
export function AccountView() {
  useTitle('Account · Redline');
  const account = useAccount();
  const heading = useArrival<HTMLHeadingElement>();
  const me = account.state === 'signed-in' ? account.me : null;
  return (
    <Frame place="account" foot="Signing out ends your sessions on every device." wide>
      <h1 ref={heading} tabIndex={-1}>
        {me === null ? 'Nobody has to sign in here' : (me.name ?? 'Account')}
      </h1>
      {me !== null && <SignedIn me={me} />}
    </Frame>
  );
}

function SignedIn({ me }: { me: Me }) {
  const [failed, setFailed] = useState(false);
  const leave = (): void => {
    void signOut().then((done) => setFailed(!done));
  };
  return (
    <>
      <p className="lede">
        {me.email ?? 'Signed in by a link'} · {me.role}
      </p>
      <div className="actions">
        <button type="button" className="primary" onClick={leave}>
          Sign out everywhere
        </button>
        <p className="hint" role="status">
          {failed && 'That did not work. You are still signed in; try again.'}
        </p>
      </div>
      <Sessions email={me.email} />
    </>
  );
}

function Sessions({ email }: { readonly email: string | null }) {
  const { value, problem, again } = useAnswer('sessions', (signal) =>
    service.read<{ sessions: readonly Session[] }>('/v1/sessions', { signal }),
  );
  const here = value?.sessions.find(({ current }) => current);
  return (
    <>
      {here?.method === 'local' && <PasswordChange email={email} onChanged={again} />}
      <SessionList sessions={value?.sessions ?? []} problem={problem} again={again} />
    </>
  );
}

interface ListProps {
  readonly sessions: readonly Session[];
  readonly problem: Problem | undefined;
  readonly again: () => void;
}

function SessionList({ sessions, problem, again }: ListProps) {
  const end = (id: string): void => {
    void service.ask(`/v1/sessions/${encodeURIComponent(id)}`, { method: 'DELETE' }).then(again, again);
  };
  return (
    <section aria-labelledby="sessions">
      <h2 id="sessions" className="sessions-head">
        Where you are signed in
      </h2>
      {problem && <Notice problem={problem} onAgain={again} />}
      <ul className="sessions">
        {sessions.map((session) => (
          <li key={session.id}>
            <div>
              <strong>{browserOf(session.device)}</strong>
              <p>
                Since {timeOf(session.createdAt)}, last used {timeOf(session.usedAt)}
                {session.address !== null && ` from ${session.address}`}
              </p>
            </div>
            {session.current ? (
              <span className="sessions-here">This browser</span>
            ) : (
              <button
                type="button"
                onClick={() => end(session.id)}
                aria-label={`End the session of ${browserOf(session.device)}, ${timeOf(session.createdAt)}`}
              >
                End
              </button>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

const BROWSERS = ['Firefox', 'Edg', 'OPR', 'Chrome', 'Safari'] as const;
const SYSTEMS = ['Windows', 'Android', 'iPhone', 'iPad', 'Mac OS', 'Linux'] as const;
const NAMES: Readonly<Record<string, string>> = { Edg: 'Edge', OPR: 'Opera', 'Mac OS': 'macOS' };

/** What people call it: the first name that is found is the narrowest. */
function browserOf(device: string): string {
  const find = (names: readonly string[]) => {
    const found = names.find((name) => device.includes(name));
    return found === undefined ? undefined : (NAMES[found] ?? found);
  };
  const [browser, system] = [find(BROWSERS), find(SYSTEMS)];
  if (browser === undefined) return 'Another program';
  return system === undefined ? browser : `${browser} on ${system}`;
}

function timeOf(iso: string): string {
  return new Date(iso).toLocaleString('en', { dateStyle: 'medium', timeStyle: 'short' });
}
