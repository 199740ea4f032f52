import { useTitle } from '../title.ts';
import { Wordmark } from '../wordmark.tsx';
import type { Trouble, Ways } from './account.ts';
import { PasswordForm } from './password-form.tsx';

interface Props {
  readonly ways: Ways;
  readonly trouble: Trouble | null;
}

const TROUBLES: Readonly<Record<Trouble, string>> = {
  link: 'This link is not good any more. Each works once, for a quarter of an hour: start the service again for a new one.',
  unreachable: 'The service cannot be reached. Look whether it is running, then reload this page.',
};

export function SignInView({ ways, trouble }: Props) {
  useTitle('Sign in · Redline');
  const back = location.pathname + location.search;
  return (
    <div className="frame">
      <header className="masthead">
        <Wordmark />
        <nav aria-label="Redline">
          <a href="/docs">API</a>
        </nav>
      </header>
      <main>
        <h1>Sign in</h1>
        {trouble !== null && (
          <p className="lede" role="alert">
            {TROUBLES[trouble]}
          </p>
        )}
        {ways.provider && (
          <>
            <p className="lede">Use the account of your organisation.</p>
            <div className="actions">
              <a className="button primary" href={`/auth/sign-in?return=${encodeURIComponent(back)}`}>
                Continue
              </a>
            </div>
          </>
        )}
        {ways.local && <PasswordForm />}
        {!ways.provider && ways.link && trouble === null && (
          <p className="lede">Open the link that the service printed when it started.</p>
        )}
      </main>
      <footer className="colophon">Who is not signed in sees nothing of anybody’s documents.</footer>
    </div>
  );
}
