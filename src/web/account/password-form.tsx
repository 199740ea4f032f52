import { type FormEvent, useId, useState } from 'react';
import { takePasswordLink, trySignIn } from './account.ts';
import { LEAST } from './password-change.tsx';

/** With the address and the password of an account that the operator made; or sets that password first, by a link. */
export function PasswordForm() {
  const [link] = useState(takePasswordLink);
  const [why, setWhy] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [email, password] = [useId(), useId()];
  const send = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const given = Object.fromEntries(new FormData(event.currentTarget));
    setBusy(true);
    const trying =
      link === null ? trySignIn('/auth/local', given) : trySignIn('/auth/password', { ...given, link });
    void trying.then((outcome) => {
      setBusy(false);
      setWhy(outcome.done ? null : outcome.why);
    });
  };
  return (
    <form className="password-form" onSubmit={send}>
      {link === null ? (
        <label htmlFor={email}>
          E-mail address
          <input id={email} name="email" type="email" autoComplete="username" required />
        </label>
      ) : (
        <p className="lede">Choose a password of at least {LEAST} letters. A sentence is a good one.</p>
      )}
      <label htmlFor={password}>
        {link === null ? 'Password' : 'New password'}
        <input
          id={password}
          name="password"
          type="password"
          autoComplete={link === null ? 'current-password' : 'new-password'}
          minLength={link === null ? 1 : LEAST}
          maxLength={200}
          required
        />
      </label>
      <div className="actions">
        <button type="submit" className="primary" disabled={busy}>
          {link === null ? 'Sign in' : 'Set password and sign in'}
        </button>
        <p className="hint" role="alert">
          {why}
        </p>
      </div>
    </form>
  );
}
