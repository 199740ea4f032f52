/** What can be wrong with an operation on kept documents. Failures of stores and keys are `OutsideError`. */
export type DocumentsErrorCode =
  | 'documents/not-found'
  /** Their role in it does not allow that. */
  | 'documents/refused'
  | 'documents/version-not-found'
  | 'documents/stale'
  | 'redlines/not-found'
  | 'redlines/deleted'
  /** There is nothing of this kind to be had: it was combined, not compared. */
  | 'redlines/no-certificate'
  /** The version was uploaded, copied or restored. */
  | 'documents/no-result'
  /** What is kept is a PDF or a picture. */
  | 'documents/not-word'
  | 'documents/deleted'
  | 'documents/not-deleted'
  /** Under a legal hold. */
  | 'documents/held'
  | 'documents/not-held'
  /** The rules of the tenant were changed since they were read. */
  | 'retention/stale'
  /** A rule keeps it longer. */
  | 'documents/retained'
  | 'documents/full'
  /** The tenant keeps as much as it may. */
  | 'documents/quota-exceeded'
  | 'documents/invalid'
  | 'documents/other-request'
  | 'documents/unclear'
  /** By its content it is nothing that is kept. */
  | 'documents/type-not-supported'
  /** A PDF or picture that cannot be one to its end. */
  | 'documents/damaged'
  /** A PDF under a password. */
  | 'documents/protected'
  /** More bytes than a document may have. */
  | 'documents/too-large'
  /** A URL that the service does not fetch from, whatever stands there. */
  | 'documents/address-not-allowed'
  /** What stands under a URL could not be fetched. */
  | 'documents/address-failed'
  /** The malware scanner found something. */
  | 'documents/infected'
  /** A link that was not made here, or was changed since. */
  | 'links/invalid'
  | 'links/expired'
  | 'members/not-found'
  | 'members/exists'
  /** Nobody would own the document. */
  | 'members/last-owner'
  | 'links/revoked'
  /** Somebody else works on it alone. */
  | 'leases/held'
  /** The lease is over, somebody else's, or a later one has committed. */
  | 'leases/lost'
  | 'leases/not-found'
  | 'leases/too-many'
  | 'erasures/not-found'
  | 'erasures/no-person'
  /** Nobody would own them. */
  | 'erasures/owns-documents'
  /** No link of this id is alive. */
  | 'links/not-found'
  /** More links at once than a document may have. */
  | 'links/too-many'
  /** There is none, or its time is over. */
  | 'exports/not-found'
  | 'exports/not-ready'
  | 'exports/too-many'
  /** Of one document, more than an archive holds. */
  | 'exports/too-many-versions'
  /** An archive that is not whole, or not what it says. */
  | 'imports/damaged'
  /** Something else stands under the ids of what is to come in. */
  | 'imports/conflict'
  | 'imports/not-found'
  /** Everything of the organisation is on its way to another region: it is frozen meanwhile. */
  | 'tenants/moving'
  /** Of a region that this process does not serve. */
  | 'tenants/elsewhere'
  | 'tenants/not-movable'
  | 'uploads/not-found'
  /** Bytes were sent that do not follow those that are there. */
  | 'uploads/offset'
  | 'uploads/checksum'
  | 'uploads/too-many'
  | 'uploads/incomplete';

export interface DocumentsErrorDetails {
  /** The generation (`documents/stale`) or offset (`uploads/offset`) that the caller knew, and the current one. */
  readonly expected?: string;
  readonly current?: string;
  /** `documents/quota-exceeded`: of what, how much there is, and how much there may be. */
  readonly quota?: 'documents' | 'bytes';
  readonly used?: number;
  readonly most?: number;
  /** `leases/held`: by whom (an actor's id), and until when (ISO 8601). */
  readonly holder?: string;
  readonly until?: string;
  /** `erasures/owns-documents`: the first of them. */
  readonly documents?: readonly string[];
  /** `documents/retained`: until when, ISO 8601, and by which rule. */
  readonly keepUntil?: string;
  readonly rule?: string;
  /** `tenants/elsewhere`: the region that it is in. */
  readonly region?: string;
  /** `documents/invalid`: which field, and what is asked of it. */
  readonly field?: string;
  /** `imports/damaged`: what came in before, of which export, and how much of it was here already. */
  readonly imported?: {
    readonly archive: string;
    readonly documents: number;
    readonly redlines: number;
    readonly versions: number;
    readonly present: number;
  };
  /** `documents/type-not-supported`: media types of what is kept. */
  readonly accepted?: readonly string[];
}

/** Its message says what to do and holds no name and no content of a document. */
export class DocumentsError extends Error {
  override readonly name = 'DocumentsError';
  readonly code: DocumentsErrorCode;
  readonly details: DocumentsErrorDetails;
  /** Milliseconds after which another try makes sense. */
  readonly retryAfterMs: number | null;

  constructor(
    code: DocumentsErrorCode,
    message: string,
    details: DocumentsErrorDetails = {},
    retryAfterMs: number | null = null,
  ) {
    super(message);
    this.code = code;
    this.details = details;
    this.retryAfterMs = retryAfterMs;
  }
}
