import type { Webhook, WebhookAttempt } from '../../client/index.ts';

const REASONS = {
  asked: 'Disabled',
  gone: 'Disabled: it answered that it wants nothing more (410)',
  failing: 'Disabled: it took nothing for days',
} as const;

export function stateWords({ state, reason }: Webhook): string {
  return state === 'enabled' ? 'Enabled' : REASONS[reason ?? 'asked'];
}

export function eventWords({ events }: Webhook): string {
  if (events.includes('*')) return 'everything';
  return events.length === 1 ? (events[0] ?? '') : `${events.length} kinds of events`;
}

/** By sign and word, so that nobody needs the colour; the classes are those of the audit trail. */
export const OUTCOMES: Readonly<
  Record<WebhookAttempt['outcome'], { readonly sign: string; readonly word: string; readonly looks: string }>
> = {
  delivered: { sign: '✓', word: 'Delivered', looks: 'done' },
  failed: { sign: '✕', word: 'Failed', looks: 'failed' },
  'given-up': { sign: '⊘', word: 'Given up', looks: 'failed' },
  unasked: { sign: '…', word: 'Not asked', looks: 'refused' },
};

const FAULTS: Readonly<Record<string, string>> = {
  redirect: 'it leads elsewhere, and is not followed',
  timeout: 'no answer within 15 seconds',
  unreachable: 'nobody answers there',
  unproven: 'it did not prove that it is the host',
  'address-not-allowed': 'the address is not one that is allowed',
  'host-spared': 'the host failed too often lately',
  missing: 'what it tells of is gone',
};

/** What was answered, and why that is no delivery: `302, it leads elsewhere, and is not followed`. */
export function answerWords({ status, fault }: WebhookAttempt): string {
  const why = fault === null ? undefined : FAULTS[fault];
  return [status === null ? undefined : `answered ${status}`, why].filter(Boolean).join(', ');
}

/** What came of a test. */
export function testWords(attempt: WebhookAttempt): string {
  const answer = answerWords(attempt);
  const said = answer === '' ? '' : `: ${answer}`;
  return attempt.outcome === 'delivered'
    ? `The test was delivered${said}, in ${attempt.durationMs.toLocaleString('en')} ms.`
    : `The test was not delivered${said}.`;
}

/** What an address is called in the names of buttons. */
export function nameOf({ url, description }: Pick<Webhook, 'url' | 'description'>): string {
  return description === '' ? url : description;
}
