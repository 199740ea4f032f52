import { useState } from 'react';
import { listWebhookAttempts, type WebhookAttempt } from '../../client/index.ts';
import { useAnswer } from '../answer.ts';
import { service } from '../api.ts';
import { secondOf, shortId } from '../audit/words.ts';
import { Notice } from '../documents/notice.tsx';
import { Pages } from '../documents/pages.tsx';
import { answerWords, OUTCOMES } from './words.ts';

const PAGE_SIZE = 20;

interface Props {
  readonly id: string;
  readonly name: string;
  /** Changes when there is more to be seen. */
  readonly round: number;
  readonly busy: boolean;
  readonly onReplay: (delivery: string) => void;
}

/** What was tried, the latest first, a page at a time. */
export function Deliveries({ id, name, round, busy, onReplay }: Props) {
  const [tokens, setTokens] = useState<readonly string[]>([]);
  const pageToken = tokens.at(-1);
  const page = useAnswer(`attempts ${id} ${pageToken} ${round}`, (signal) =>
    listWebhookAttempts(service, id, { pageSize: PAGE_SIZE, ...(pageToken && { pageToken }) }, signal),
  );
  const { value, problem, loading, again } = page;
  return (
    <div className="webhook-log">
      {problem && <Notice problem={problem} onAgain={again} />}
      {value?.attempts.length === 0 && <p>Nothing was tried yet.</p>}
      {value && value.attempts.length > 0 && (
        <table className="documents" aria-busy={loading}>
          <caption className="unseen">Deliveries to {name}, the latest first</caption>
          <thead>
            <tr>
              <th scope="col">What happened</th>
              <th scope="col">Outcome</th>
              <th scope="col" className="roomy">
                When
              </th>
              <th scope="col">
                <span className="unseen">What can be done</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {value.attempts.map((attempt) => (
              <Row
                key={`${attempt.delivery} ${attempt.at}`}
                attempt={attempt}
                busy={busy}
                onReplay={onReplay}
              />
            ))}
          </tbody>
        </table>
      )}
      {value && (
        <Pages
          noun="Attempts"
          first={tokens.length * PAGE_SIZE + 1}
          count={value.attempts.length}
          next={value.nextPageToken}
          onTurn={(next) => setTokens(next === null ? tokens.slice(0, -1) : [...tokens, next])}
        />
      )}
      <button type="button" className="quiet" onClick={again}>
        Look again<span className="unseen"> for deliveries to {name}</span>
      </button>
    </div>
  );
}

/** Tests are not of the trail, and cannot be had again. */
function isTest({ delivery }: WebhookAttempt): boolean {
  return delivery.startsWith('msg_test_');
}

function Row({
  attempt,
  busy,
  onReplay,
}: {
  readonly attempt: WebhookAttempt;
  readonly busy: boolean;
  readonly onReplay: (delivery: string) => void;
}) {
  const { delivery, type, document, at, outcome, attempt: number, nextAt } = attempt;
  const { sign, word, looks } = OUTCOMES[outcome];
  const answer = answerWords(attempt);
  return (
    <tr>
      <th scope="row">
        {type ?? 'An event that is gone'}
        <span className="webhook-facts">
          {document !== null && <code title={document}>{shortId(document)}</code>}
          {number > 1 && ` attempt ${number}`}
        </span>
        <span className="narrow-facts">{secondOf(at)}</span>
      </th>
      <td>
        <span className={`outcome outcome-${looks}`}>
          <span aria-hidden="true">{sign}</span> {word}
        </span>
        {answer !== '' && <span className="event-reason">{answer}</span>}
        {nextAt !== null && <span className="event-reason">again {secondOf(nextAt)}</span>}
      </td>
      <td className="roomy moment">
        <time dateTime={at} title={at}>
          {secondOf(at)}
        </time>
      </td>
      <td>
        {!isTest(attempt) && (
          <button type="button" className="quiet" disabled={busy} onClick={() => onReplay(delivery)}>
            Deliver again<span className="unseen"> {delivery}</span>
          </button>
        )}
      </td>
    </tr>
  );
}
