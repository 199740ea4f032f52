import type { Subject } from './subjects.ts';

/** What can be done, as far as it matters who does it. */
export type Action =
  /** Looking who one is. */
  | 'self'
  /** Own sessions. */
  | 'sessions'
  /** Operations on documents that are sent along, and their results for an hour. */
  | 'compare'
  | 'documents.read'
  | 'documents.write'
  /** Who may do what with documents. */
  | 'documents.share'
  /** Keys for programs, one's own. */
  | 'keys'
  /** Everybody of the tenant: roles, disabling. */
  | 'people'
  /** Which groups there are. */
  | 'groups'
  /** Who is in which group. */
  | 'groups.manage'
  /** What was begun that takes longer than a request, one’s own. */
  | 'operations'
  /** That of everybody: who asked for it and how far it is, not what it is about; ending it. */
  | 'operations.manage'
  /** Archives of what one owns. */
  | 'exports'
  /** Archives of everything. */
  | 'exports.all'
  /** Archives of other installations. */
  | 'imports'
  /** Accounts of programs. */
  | 'services'
  /** What everybody of the tenant did. */
  | 'audit'
  /** How long documents are kept. */
  | 'retention.read'
  /** Rules of that, legal holds, sweeps. */
  | 'retention.manage'
  /** Erasing documents for good. */
  | 'erasures'
  /** Where the tenant is told of what happens. */
  | 'webhooks';

/** What can be done with one kept document and the redlines of it. */
export type DocumentPermission =
  /** What is in it and what is said of it, every version, copies of it. */
  | 'document.read'
  | 'document.comment'
  /** New versions, names, decisions; redlines. */
  | 'document.edit'
  /** Ending the lease of somebody else. */
  | 'leases.break'
  /** Links that open it to whoever has them. */
  | 'document.link'
  /** Deleting, and taking that back. */
  | 'document.delete'
  /** Who may do what with it. */
  | 'members.read'
  | 'members.write'
  /** Giving up what one was given. */
  | 'members.leave'
  | 'ownership.transfer'
  /** Legal holds. */
  | 'document.hold'
  /** Removing it for good. */
  | 'document.erase';

/** Why something is allowed or refused: a closed list of fixed words. */
export type DecisionReason =
  /** The operator of a service without sign-in. */
  | 'operator'
  /** A role in the tenant. */
  | 'role'
  | 'role missing'
  | 'scope'
  | 'scope missing'
  | 'test key'
  /** A key for other documents. */
  | 'other document'
  /** A key for documents with other labels. */
  | 'other label'
  /** A route that stands in no table. */
  | 'no row'
  /** A role in the document that is enough. */
  | 'member'
  | 'member role too low'
  | 'no member'
  | 'membership expired'
  /** An administrator of the tenant, who is not a member of the document. */
  | 'administrator'
  /** A link that was signed for it. */
  | 'link';

/** Whether somebody may do something, and why: what the audit trail keeps of it. Holds no secret and no text. */
export interface Decision {
  readonly permission: Action | DocumentPermission | null;
  /** Id of the document; `null` where it is about none, or several. */
  readonly object: string | null;
  readonly outcome: 'allow' | 'deny';
  readonly reason: DecisionReason;
  /** Of the head whose members were read; `null` where none were. */
  readonly generation: string | null;
  /** The member by whom it is allowed; `null` where it is for other reasons. */
  readonly via: Subject | null;
}
