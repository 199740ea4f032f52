import { createHash } from 'node:crypto';
import { type AuditEvent, EVENT_TYPES, type EventType } from '../../audit/index.ts';

/** Events of the audit trail that webhooks tell of; a test holds docs/webhooks.md to them. */
const TOLD = [
  ...(['document.created', 'document.updated', 'document.deleted', 'document.restored'] as const),
  ...(['document.copied', 'document.imported', 'document.marked', 'document.expired'] as const),
  'document.erased',
  ...(['version.added', 'version.restored', 'version.decided', 'version.edited'] as const),
  ...(['version.commented', 'version.scrubbed'] as const),
  ...(['redline.created', 'redline.imported', 'redline.updated', 'redline.deleted'] as const),
  ...(['redline.restored', 'redline.expired', 'redline.erased'] as const),
  ...(['member.added', 'member.changed', 'member.removed', 'ownership.given'] as const),
  ...(['link.created', 'link.revoked', 'links.revoked', 'hold.set', 'hold.released'] as const),
  'operation.finished',
  'webhook.disabled',
] as const satisfies readonly EventType[];

export type WebhookEventType = (typeof TOLD)[number] | typeof TEST_TYPE;

/** Sent when somebody asks whether deliveries arrive; no endpoint has to ask for it. */
export const TEST_TYPE = 'webhook.test';

/** What an endpoint can be told of, with what it means. */
export const WEBHOOK_EVENTS: readonly { readonly type: WebhookEventType; readonly title: string }[] = [
  // Details stay in the trail.
  ...TOLD.map((type) => ({ type, title: EVENT_TYPES[type].title.replace(/; `details`.*/, '.') })),
  { type: TEST_TYPE, title: 'Somebody asked whether deliveries arrive.' },
];

/** What a receiver is told: ids, never text of a document, a name or an address. */
export interface Message {
  /** `webhook-id`: the same in every attempt, to every endpoint. */
  readonly id: string;
  readonly type: WebhookEventType;
  /** When it happened: ISO 8601, UTC. */
  readonly timestamp: string;
  readonly data: Readonly<Record<string, string | number>>;
}

/** What is said of an event; `null` where it is not told of. */
export function messageOf(event: AuditEvent): Message | null {
  const type = TOLD.find((one) => one === event.type);
  const isEnd = type === 'operation.finished';
  if (type === undefined || event.outcome === 'refused' || (event.outcome === 'failed' && !isEnd))
    return null;
  const { object, document, version, commit, at: timestamp } = event;
  const named =
    object === null || object === document ? {} : { [KINDS[object[0] ?? ''] ?? 'object']: object };
  const data = {
    ...(document === null ? {} : { document }),
    ...named,
    ...(version === null ? {} : { version }),
    ...(commit === null ? {} : { commit }),
    ...(isEnd ? { outcome: event.outcome } : {}),
  };
  return { id: messageId(event), type, timestamp, data };
}

const KINDS: Readonly<Record<string, string>> = { d: 'document', r: 'redline', o: 'operation', w: 'webhook' };

/** Says which event of the trail it is, and that it is this one: the same id is never another event's. */
function messageId({ tenant, sequence, id }: AuditEvent): string {
  const mark = createHash('sha256').update(`${tenant}\n${id}`).digest('hex').slice(0, 24);
  return `msg_${sequence}_${mark}`;
}

/** The event that a message's id names; `null` for what is none. */
export function sequenceIn(id: string): number | null {
  const [, digits] = /^msg_([1-9]\d{0,14})_[0-9a-f]{24}$/.exec(id) ?? [];
  return digits === undefined ? null : Number(digits);
}

/** Whether a filter asks for a type: `*`, `document.*`, `document.created`. */
export function isWanted(filters: readonly string[], type: string): boolean {
  return filters.some(
    (filter) =>
      filter === '*' || filter === type || (filter.endsWith('.*') && type.startsWith(filter.slice(0, -1))),
  );
}

/** Whether a filter asks for anything that there is. */
export function isFilter(filter: string): boolean {
  return WEBHOOK_EVENTS.some(({ type }) => isWanted([filter], type));
}
