import { useState } from 'react';
import { type DocumentRetention, getHold, type KeptDocument } from '../../client/index.ts';
import { useAccount } from '../account/account.ts';
import { useAnswer } from '../answer.ts';
import { service } from '../api.ts';
import { HoldDialog } from './hold.tsx';
import { dayOf, momentOf } from './words.ts';

interface Props {
  readonly document: KeptDocument;
  /** The hold stands in the document: what is known of it is not the latest any more. */
  readonly onChanged: () => void;
}

/** How long a document stays and whether it is held, in words. Administrators are told why, and hold and release it. */
export function Keeping({ document, onChanged }: Props) {
  const account = useAccount();
  const [open, setOpen] = useState(false);
  const { id, etag, retention } = document;
  const held = retention?.held === true;
  const mayHold =
    account.state === 'open' || (account.state === 'signed-in' && account.me.role === 'administrator');
  const answer = useAnswer(`hold ${id} ${etag} ${mayHold}`, async (signal) =>
    held && mayHold ? await getHold(service, id, signal) : null,
  );
  const reason = held ? answer.value?.hold?.reason : undefined;
  const facts = retention === null ? [] : factsOf(retention);
  if (!mayHold && !held && facts.length === 0) return null;
  return (
    <section className="keeping" aria-label="Retention">
      {(held || facts.length > 0) && (
        <ul>
          {held && (
            <li className="held">
              <strong>On hold{reason !== undefined && `: ${reason}`}</strong>
              <span>Nothing of it can be deleted until an administrator releases it.</span>
            </li>
          )}
          {facts.map(({ at, before, after }) => (
            <li key={before}>
              {before}{' '}
              <time dateTime={at} title={momentOf(at)}>
                {dayOf(at)}
              </time>
              {after}
            </li>
          ))}
        </ul>
      )}
      {mayHold && (
        <button type="button" aria-haspopup="dialog" onClick={() => setOpen(true)}>
          {held ? 'Change or release the hold' : 'Put on hold'}
        </button>
      )}
      {open && (
        <HoldDialog
          document={document}
          reason={reason ?? ''}
          onClose={() => setOpen(false)}
          onChanged={onChanged}
        />
      )}
    </section>
  );
}

interface Fact {
  readonly before: string;
  /** ISO 8601. */
  readonly at: string;
  readonly after: string;
}

/** What is over already is not told. */
function factsOf(retention: DocumentRetention, now = Date.now()): readonly Fact[] {
  const { held, keepUntil, keepRule, deleteAfter, deleteRule, markedAt } = retention;
  const facts: Fact[] = [];
  if (keepUntil !== null && Date.parse(keepUntil) > now) {
    facts.push({ before: 'Kept until', at: keepUntil, after: `, by ${ruleName(keepRule)}` });
  }
  if (deleteAfter !== null) {
    const stopped = held ? '; not while it is on hold' : '';
    facts.push({ before: 'Deleted after', at: deleteAfter, after: `, by ${ruleName(deleteRule)}${stopped}` });
  }
  if (markedAt !== null) {
    facts.push({ before: 'Marked', at: markedAt, after: ': it is deleted for good a week later' });
  }
  return facts;
}

function ruleName(rule: string | null): string {
  return rule === null || rule === 'default' ? 'the rule for all documents' : `the rule “${rule}”`;
}
