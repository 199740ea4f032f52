import { z } from 'zod';
import { DERIVED_KINDS, REDLINE_KINDS } from '../made-kinds.ts';

// What an archive holds, in this order: `archive.json`; for each document and redline its description, then its files;
// the events of the audit trail and what proves them; `files.jsonl`, which names every file before it with size and hash;
// `manifest.json`, and `signature.json` over it. See docs/portability.md.

export const ARCHIVE_FORMAT = 1;

export const ARCHIVE = 'archive.json';
export const FILES = 'files.jsonl';
export const MANIFEST = 'manifest.json';
export const SIGNATURE = 'signature.json';
export const AUDIT = 'audit/';
/** How names of files of events begin. */
export const EVENTS = `${AUDIT}events-`;
/** Versions of one document in an archive. */
export const MOST_ARCHIVED_VERSIONS = 100_000;

const time = z.iso.datetime();
const text = z.string().max(1000);
const hash = z.string().regex(/^[0-9a-f]{64}$/);
const count = z.int().min(0);
const counts = z.record(z.string().max(100), z.number());

const scopeSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('tenant') }),
  z.object({ kind: z.literal('person'), subject: text, actor: text }),
]);

/** Everything of a tenant, or what one person owns and what they did. */
export type ExportScope = z.infer<typeof scopeSchema>;

export const archiveSchema = z.object({
  format: z.literal(ARCHIVE_FORMAT),
  /** Of the export. */
  id: z.string().regex(/^x_[0-9a-f]{32}$/),
  tenant: z.string().regex(/^[a-z0-9_-]{1,40}$/),
  at: time,
  /** The actor's id. */
  by: text,
  scope: scopeSchema,
});
export type ArchiveFacts = z.infer<typeof archiveSchema>;

const fileSchema = z.object({
  /** In the folder of the document. */
  name: z.string().regex(/^[0-9]{1,7}\.[a-z.]{1,12}$/),
  type: text,
  size: count,
  sha256: hash,
  pages: count.nullable().optional(),
});
export type ArchivedFile = z.infer<typeof fileSchema>;

const originSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('upload') }),
  z.object({ kind: z.literal('restored'), version: count }),
  z.object({ kind: z.literal('copied'), document: text, version: count }),
  z.object({ kind: z.enum([...DERIVED_KINDS, ...REDLINE_KINDS]), counts }),
]);

const versionSchema = z.object({
  number: z.int().min(1),
  createdAt: time,
  createdBy: text,
  origin: originSchema,
  file: fileSchema,
  result: fileSchema.optional(),
});

const memberSchema = z.object({
  subject: text,
  role: z.enum(['viewer', 'commenter', 'editor', 'owner']),
  expiresAt: time.nullable(),
  addedAt: time,
  addedBy: text,
  /** By which somebody is known elsewhere. */
  email: text.nullable(),
});

const comparedSchema = z.object({
  document: text.nullable(),
  version: count.nullable(),
  name: text,
  sha256: hash,
});

/** What is said of a document or a redline. */
export const describedSchema = z.object({
  format: z.literal(ARCHIVE_FORMAT),
  id: z.string().regex(/^[dr]_[a-z0-9_-]{1,62}$/),
  name: text,
  labels: z.array(text).max(100),
  owner: text,
  members: z.array(memberSchema).max(10_000),
  state: z.enum(['active', 'deleted']),
  createdAt: time,
  updatedAt: time,
  deletedAt: time.nullable(),
  /** Number of the commit that it is of, and the ETag that the document had. */
  sequence: count,
  generation: text,
  redline: z
    .object({
      document: z.string().regex(/^d_[a-z0-9_-]{1,62}$/),
      kind: z.enum(REDLINE_KINDS),
      original: comparedSchema,
      modified: z.array(comparedSchema).max(1000),
      options: z.looseObject({}),
      summary: z.looseObject({}),
    })
    .nullable(),
  versions: z
    .array(versionSchema)
    .min(1)
    .max(MOST_ARCHIVED_VERSIONS)
    .refine((versions) => versions.every(({ number }, at) => number === at + 1)),
});
export type Described = z.infer<typeof describedSchema>;

const archiveCounts = z.object({
  documents: count,
  redlines: count,
  versions: count,
  events: count,
  files: count,
  bytes: count,
});
export type ArchiveCounts = z.infer<typeof archiveCounts>;

export const manifestSchema = archiveSchema.extend({
  counts: archiveCounts,
  /** SHA-256 of `files.jsonl`. */
  files: hash,
});
export type Manifest = z.infer<typeof manifestSchema>;

export const signatureSchema = z.object({
  algorithm: z.literal('Ed25519'),
  /** Which key of the installation, as in its checkpoints. */
  key: text,
  /** SubjectPublicKeyInfo, DER in base64. */
  publicKey: text,
  /** Over the bytes of `manifest.json`; base64. */
  signature: text,
});
export type ArchiveSignature = z.infer<typeof signatureSchema>;

/** A line of `files.jsonl`. */
export const lineSchema = z.object({ name: text, size: count, sha256: hash });

export function lineOf({ name, size, sha256 }: z.infer<typeof lineSchema>): string {
  return `${JSON.stringify({ name, size, sha256 })}\n`;
}

/** Where everything of a document or redline is. */
export function folderOf(id: string): string {
  return `${id.startsWith('r_') ? 'redlines' : 'documents'}/${id}/`;
}

export const DESCRIPTION = 'description.json';
