import { useId } from 'react';
import type { NewWebhook } from '../../client/index.ts';

/** What a receiver needs to verify messages; the secret is in no other answer. */
export function Secret({ made }: { readonly made: NewWebhook }) {
  const publicKeys = made.keys
    .filter(({ expiresAt }) => expiresAt === null)
    .flatMap(({ publicKey }) => publicKey ?? []);
  return (
    <>
      {made.secret !== null && (
        <Shown
          label="Secret"
          value={made.secret}
          hint="It is shown this once. Keep it where the receiver finds it, and nobody else."
        />
      )}
      {publicKeys.map((key) => (
        <Shown
          key={key}
          label="Public key (Ed25519)"
          value={key}
          hint="It is no secret: any copy of it verifies."
        />
      ))}
    </>
  );
}

function Shown({ label, value, hint }: { label: string; value: string; hint: string }) {
  const [field, said] = [useId(), useId()];
  return (
    <div className="webhook-secret">
      <label htmlFor={field}>{label}</label>
      <input
        id={field}
        className="field-input"
        aria-describedby={said}
        readOnly
        value={value}
        onFocus={(event) => event.target.select()}
      />
      <p id={said}>{hint}</p>
    </div>
  );
}
