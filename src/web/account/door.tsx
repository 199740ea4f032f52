import type { ReactNode } from 'react';
import { Wordmark } from '../wordmark.tsx';
import { useAccount } from './account.ts';
import { SignInView } from './sign-in-view.tsx';

/** Lets in whoever may see the application; others are asked to sign in. */
export function Door({ children }: { readonly children: ReactNode }) {
  const account = useAccount();
  switch (account.state) {
    case 'asking':
      return (
        <main className="door" aria-busy="true">
          <Wordmark />
        </main>
      );
    case 'signed-out':
      return <SignInView ways={account.ways} trouble={account.trouble} />;
    case 'open':
    case 'signed-in':
      return children;
  }
}
