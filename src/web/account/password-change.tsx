import { type FormEvent, useId, useRef, useState } from 'react';
import { changePassword } from './account.ts';

/** Letters of a password at least, as the service has it. */
export const LEAST = 12;

interface Props {
  readonly email: string | null;
  /** Other devices are signed out then. */
  readonly onChanged: () => void;
}

/** Another password, by whoever knows the one of now. */
export function PasswordChange({ email, onChanged }: Props) {
  const [said, setSaid] = useState<{ readonly text: string; readonly bad: boolean } | null>(null);
  const [busy, setBusy] = useState(false);
  const [current, next] = [useId(), useId()];
  const form = useRef<HTMLFormElement>(null);
  const send = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    setBusy(true);
    void changePassword(Object.fromEntries(new FormData(event.currentTarget))).then((outcome) => {
      setBusy(false);
      if (!outcome.done) return setSaid({ text: outcome.why, bad: true });
      form.current?.reset();
      setSaid({ text: 'Changed. Every other device was signed out.', bad: false });
      onChanged();
    });
  };
  return (
    <section aria-labelledby="password">
      <h2 id="password" className="sessions-head">
        Password
      </h2>
      <form className="password-form" ref={form} onSubmit={send}>
        {/* Tells managers of passwords whose it is. */}
        <input name="email" type="email" autoComplete="username" value={email ?? ''} readOnly hidden />
        <label htmlFor={current}>
          Current password
          <input id={current} name="current" type="password" autoComplete="current-password" required />
        </label>
        <label htmlFor={next}>
          New password, at least {LEAST} letters
          <input
            id={next}
            name="password"
            type="password"
            autoComplete="new-password"
            minLength={LEAST}
            maxLength={200}
            required
          />
        </label>
        <div className="actions">
          <button type="submit" disabled={busy}>
            Change password
          </button>
          <p className="hint" role={said?.bad === true ? 'alert' : 'status'}>
            {said?.text}
          </p>
        </div>
      </form>
    </section>
  );
}
