import type { AuditAction } from '../documents/index.ts';

/** What an event type says, for people who read the catalogue. */
export interface EventKind {
  /** `change`: something is not as it was; `read`: somebody saw something; `access`: who may, and how they came in; `service`: its own work. */
  readonly kind: 'change' | 'read' | 'access' | 'service';
  /** What the event's `object` names; `null`: nothing. */
  readonly object: ObjectKind | null;
  readonly title: string;
}

export type ObjectKind =
  | 'document'
  | 'redline'
  | 'kept'
  | 'upload'
  | 'result'
  | 'link'
  | 'person'
  | 'session'
  | 'key'
  | 'group'
  | 'service-account'
  | 'tenant'
  | 'event'
  | 'export'
  | 'operation'
  | 'webhook';

const change = (object: ObjectKind, title: string): EventKind => ({ kind: 'change', object, title });
const read = (object: ObjectKind | null, title: string): EventKind => ({ kind: 'read', object, title });
const access = (object: ObjectKind | null, title: string): EventKind => ({ kind: 'access', object, title });
const service = (object: ObjectKind, title: string): EventKind => ({ kind: 'service', object, title });

/** What commits of heads say; `kept` is a document or one of its redlines. */
const COMMITTED = {
  'document.created': change('document', 'A document was kept for the first time.'),
  'document.updated': change('document', 'The name, the labels or the owner of a document was changed.'),
  'document.deleted': change('document', 'A document was deleted; it can be had back.'),
  'document.restored': change('document', 'The deletion of a document was taken back.'),
  'document.copied': change('document', 'A new document was made out of a version of another one.'),
  'document.imported': change('document', 'A document came in with an archive of another installation.'),
  'document.erased': change(
    'document',
    'A document was erased for good, with all its versions and redlines.',
  ),
  'version.added': change('kept', 'A version was uploaded.'),
  'version.restored': change('kept', 'An earlier version was made the current one.'),
  'version.decided': change('kept', 'Tracked changes were accepted or rejected.'),
  'version.edited': change('kept', 'Edits were applied as tracked changes.'),
  'version.commented': change('kept', 'Comments were added, answered, resolved or removed.'),
  'version.scrubbed': change('kept', 'Authors, dates or properties were taken out.'),
  'redline.created': change('redline', 'A redline was made and kept.'),
  'redline.imported': change('redline', 'A redline came in with an archive of another installation.'),
  'redline.updated': change('redline', 'The name or the labels of a redline were changed.'),
  'redline.deleted': change('redline', 'A redline was deleted; it can be had back.'),
  'redline.restored': change('redline', 'The deletion of a redline was taken back.'),
  'redline.erased': change('redline', 'A redline was erased for good with its document.'),
  'member.added': change(
    'document',
    'Somebody was given a part in a document; `details` says who, and as what.',
  ),
  'member.changed': change('document', 'The part of a member was changed.'),
  'member.removed': change('document', 'A member lost their part; `details` says what they had.'),
  'ownership.given': change('document', 'The owner of a document gave it away.'),
  'ownership.received': change('document', 'Somebody became the owner of a document.'),
  'link.created': change('kept', 'A link was made that opens a content without signing in.'),
  'link.revoked': change('kept', 'One link was ended.'),
  'links.revoked': change('kept', 'Every link of a document or redline was ended.'),
  'hold.set': change('document', 'A document was put under a legal hold; `details` says why.'),
  'hold.released': change('document', 'A legal hold was ended; `details` says who had set it, when and why.'),
  'document.marked': service(
    'document',
    'The sweep of retention found that the time of a document is over; `details` names the rule.',
  ),
  'document.expired': service(
    'document',
    'The sweep of retention deleted a document for good; `details` names the rule.',
  ),
  'redline.expired': service('redline', 'A redline went for good together with its document.'),
  'keys.rewrapped': service('kept', 'Data keys were wrapped anew after the key of the tenant was rotated.'),
  'content.fenced': service('kept', 'The sweep closed an id before it removed what nobody uses.'),
} satisfies Record<AuditAction, EventKind>;

/**
 * Every type of event that there is. Closed: what is not here cannot be recorded, and a type is never given another meaning.
 * `npm test -- unit` holds docs/audit-events.md to it.
 */
export const EVENT_TYPES = {
  ...COMMITTED,
  'document.read': read('document', 'What is known of a document was read.'),
  'document.listed': read(null, 'Documents were listed or searched.'),
  'content.downloaded': read('kept', 'The bytes of a version were read.'),
  'content.shown': read(
    'kept',
    'A version was read as a page, a report, a PDF or a list of changes or comments.',
  ),
  'version.listed': read('kept', 'The versions were listed.'),
  'version.read': read('kept', 'What is known of a version, or what made it, was read.'),
  'redline.read': read('redline', 'What is known of a redline was read.'),
  'redline.listed': read('document', 'The redlines of a document were listed.'),
  'certificate.read': read('redline', 'The certificate of a redline was read.'),
  'link.listed': read('kept', 'The links that are alive were listed.'),
  'link.opened': read('kept', 'A content was read through a link.'),
  'answer.repeated': read(
    'kept',
    'A request was sent again under its idempotency key, and got its first answer.',
  ),
  'comparison.made': read(
    'result',
    'Documents that came with the request were worked on; nothing was kept but the result for an hour.',
  ),
  'result.read': read('result', 'A result of the last hour was read.'),
  'sample.read': read(null, 'A sample document was read.'),
  'upload.started': change('upload', 'A resumable upload was begun.'),
  'upload.continued': change('upload', 'A piece of a resumable upload arrived.'),
  'upload.read': read('upload', 'It was asked how far an upload is.'),
  'upload.removed': change('upload', 'A resumable upload was given up.'),
  'session.opened': access('session', 'Somebody signed in, or tried to.'),
  'session.renewed': access('session', 'A session was renewed, or somebody tried to.'),
  'session.closed': access('session', 'Somebody signed out.'),
  'session.ended': access('session', 'A session was ended: one’s own elsewhere, or by an administrator.'),
  'session.listed': access(null, 'Sessions were listed.'),
  'password.set': access('session', 'A password was set by a link, and its owner signed in.'),
  'password.changed': access('person', 'Somebody took another password, or tried to; all sessions end.'),
  'self.read': access('person', 'Somebody asked who they are.'),
  'person.listed': access(null, 'The people of the tenant were listed.'),
  'person.invited': access('person', 'Somebody was given a link to set their password with.'),
  'person.signed-out': access('person', 'All sessions of somebody were ended.'),
  'person.erased': access(
    'person',
    'Whatever says who a person was is gone, and the key of their addresses; the id stays.',
  ),
  'person.changed': access('person', 'Somebody was given another role, or was disabled or enabled.'),
  'key.listed': access(null, 'Keys for programs were listed.'),
  'key.read': access('key', 'What is known of a key was read.'),
  'key.created': access('key', 'A key for programs was made.'),
  'key.rotated': access('key', 'A key was replaced by another one.'),
  'key.revoked': access('key', 'A key was ended.'),
  'service-account.listed': access(null, 'Accounts of programs were listed.'),
  'service-account.read': access('service-account', 'What is known of an account of a program was read.'),
  'service-account.created': access('service-account', 'An account of a program was made.'),
  'service-account.changed': access('service-account', 'An account of a program was disabled or enabled.'),
  'lease.listed': read('document', 'It was asked who works on a document alone.'),
  'lease.taken': change('document', 'Somebody took a document, or a clause of it, to work on alone.'),
  'lease.renewed': change('document', 'A lease was kept for longer.'),
  'lease.ended': change(
    'document',
    'A lease was given back, or broken by somebody who may; `details` says whose it was.',
  ),
  'member.listed': access('document', 'The members of a document were listed.'),
  'group.listed': access(null, 'Groups were listed.'),
  'group.read': access('group', 'A group was read.'),
  'group.created': access('group', 'A group was made.'),
  'group.changed': access('group', 'A group was given another name or other members.'),
  'group.deleted': access('group', 'A group was deleted.'),
  'erasure.read': access('document', 'What became of an erasure, or its certificate, was read.'),
  'tenant-key.rotated': access('tenant', 'The key of the tenant was rotated.'),
  'tenant-key.destroyed': access('tenant', 'A version of the tenant’s key was destroyed.'),
  'tenant-key.rewrapped': access('tenant', 'Somebody had data keys wrapped anew.'),
  'tenant-key.read': access('tenant', 'Somebody asked how far a rotation is.'),
  'tenant.move-started': service(
    'tenant',
    'Everything of the tenant is about to be moved to another region; `details` says which.',
  ),
  'tenant.moved': service(
    'tenant',
    'Everything of the tenant is in another region; `details` says what that was.',
  ),
  'tenant.events-removed': service(
    'tenant',
    'No event of the tenant is left in a region that it moved out of; `details` says which.',
  ),
  'export.started': read('export', 'An archive was begun: of everything, or of what somebody owns.'),
  'export.read': read('export', 'It was asked how far an archive is.'),
  'export.downloaded': read('export', 'The bytes of an archive were read, or some of them.'),
  'operation.created': change('operation', 'Something was asked for that takes longer; `details` says what.'),
  'operation.finished': service(
    'operation',
    'What was asked for was done, failed or was cancelled; `details` says what it was.',
  ),
  'operation.listed': read(null, 'Operations were listed.'),
  'operation.overseen': read(null, 'An administrator listed what everybody, or somebody else, has at work.'),
  'operation.read': read('operation', 'It was asked how far an operation is.'),
  'operation.followed': read('operation', 'Somebody was told of an operation as it went on.'),
  'operation.cancelled': change(
    'operation',
    'An operation was ended before it was done; of somebody else’s `details` says whose.',
  ),
  'operation.replayed': change(
    'operation',
    'An operation that was given up was begun again; of somebody else’s `details` says whose.',
  ),
  'import.made': change('export', 'An archive, or a part of one, was taken in.'),
  'import.evidence-read': read('export', 'What came in of the audit trail of another installation was read.'),
  'retention.read': access('tenant', 'The rules of retention were read.'),
  'retention.changed': access('tenant', 'The rules of retention were replaced.'),
  'retention.swept': service('tenant', 'A sweep of retention was asked for.'),
  'retention.paused': service(
    'tenant',
    'A sweep of retention deleted nothing, as the clock cannot be trusted.',
  ),
  'webhook.listed': access(null, 'The webhooks of the tenant, or what they can be told of, were listed.'),
  'webhook.read': access('webhook', 'A webhook, or the log of its deliveries, was read.'),
  'webhook.created': access('webhook', 'Somebody had the tenant’s events sent to an address.'),
  'webhook.changed': access('webhook', 'The address, the events or the state of a webhook was changed.'),
  'webhook.deleted': access('webhook', 'A webhook was removed.'),
  'webhook.rotated': access('webhook', 'A webhook got a new secret.'),
  'webhook.tested': access('webhook', 'A test was sent to a webhook.'),
  'webhook.replayed': access('webhook', 'Deliveries were asked for again; `details` says which.'),
  'webhook.disabled': service(
    'webhook',
    'A webhook gets nothing any more: it answered 410, or took nothing for days; `details` says which.',
  ),
  'hold.read': access('document', 'It was read whether a document is under a legal hold, and why.'),
  'audit.read': access(
    null,
    'Events or checkpoints were read by an auditor; `details` says which were asked for.',
  ),
  'audit.exported': access(null, 'Events were exported; `details` says which were asked for.'),
  'audit.proved': access('event', 'The proof of one event was read.'),
} satisfies Record<string, EventKind>;

export type EventType = keyof typeof EVENT_TYPES;
