import { useState } from 'react';
import { listWebhooks } from '../../client/index.ts';
import { useAnswer } from '../answer.ts';
import { service } from '../api.ts';
import { Notice } from '../documents/notice.tsx';
import { useArrival } from '../focus.ts';
import { Frame } from '../frame.tsx';
import { useTitle } from '../title.ts';
import { AddDialog } from './add-dialog.tsx';
import { WebhookCard } from './webhook-card.tsx';

const FOOT = 'Messages hold ids and numbers: never the text of a document, a name or an address.';

/** Where the organisation is told of what happens: made, tried, looked after. */
export function WebhooksView() {
  useTitle('Webhooks · Redline');
  const heading = useArrival<HTMLHeadingElement>();
  const { value, problem, again } = useAnswer('webhooks', (signal) => listWebhooks(service, signal));
  const [adding, setAdding] = useState(false);
  return (
    <Frame place="webhooks" foot={FOOT} wide>
      <div className="list-head">
        <h1 ref={heading} tabIndex={-1}>
          Webhooks
        </h1>
        <button type="button" className="primary" aria-haspopup="dialog" onClick={() => setAdding(true)}>
          Add a webhook
        </button>
      </div>
      {problem && <Notice problem={problem} onAgain={again} />}
      {value?.length === 0 && <Nothing />}
      {value?.map((entry) => (
        <WebhookCard key={entry.id} entry={entry} onChanged={again} />
      ))}
      {adding && <AddDialog onClose={() => setAdding(false)} onMade={again} />}
    </Frame>
  );
}

function Nothing() {
  return (
    <div className="nothing">
      <p className="nothing-title">Nobody is told yet</p>
      <p>
        A webhook sends a signed message to an address of yours whenever something happens: a document is
        kept, a version added, a redline made.
      </p>
    </div>
  );
}
