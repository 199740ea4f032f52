import { createHash } from 'node:crypto';
import { type Actor, idOf, type Member, type People } from '../../access/index.ts';
import { isoTime } from '../ambient.ts';
import { auditRecords } from '../audit-record.ts';
import type { KeptStores } from '../commits.ts';
import type { IncomingContent } from '../content-store.ts';
import { checkDescription } from '../description.ts';
import { DocumentsError } from '../errors.ts';
import { HEAD_FORMAT, type Head, type StoredContent, type Version } from '../head.ts';
import type { StoredHead } from '../head-store.ts';
import {
  type ArchivedFile,
  type ArchiveFacts,
  AUDIT,
  archiveSchema,
  DESCRIPTION,
  type Described,
  describedSchema,
  folderOf,
} from './archive.ts';
import type { Collecting, Evidence } from './evidence.ts';
import { mappedMembers, type SubjectMap } from './members-mapping.ts';
import {
  ArchiveCheck,
  MOST_CONTENT_BYTES,
  MOST_READ_BYTES,
  parsed,
  startOf,
  textOf,
} from './read-archive.ts';
import { damagedArchive, readTar, type TarFile } from './tar.ts';

export interface ImportsParts extends KeptStores {
  readonly people: Pick<People, 'find' | 'byEmail'>;
  readonly evidence: Evidence;
}

export interface ImportOptions {
  /** Examines what is to be kept. */
  readonly incoming: (body: AsyncIterable<Uint8Array>) => IncomingContent;
  readonly subjects: SubjectMap;
}

/** What came of an archive, or of a piece of one. */
export interface ImportReport {
  /** The export, and the tenant that it is of. */
  readonly archive: string;
  readonly tenant: string;
  readonly documents: number;
  readonly redlines: number;
  readonly versions: number;
  /** Documents and redlines that were here already. */
  readonly present: number;
  /** Files of the other installation's audit trail that are kept as evidence. */
  readonly evidence: number;
  /** Members that are nobody here. */
  readonly membersLeft: number;
  /** Whether its list and manifest were there, and everything was what they say; a piece of an archive has none. */
  readonly whole: boolean;
  /** Which key signed it; `null` where none did, or it was not whole. Whose that is, checkpoints of its installation tell. */
  readonly key: string | null;
  /** What stands here under other ids, as those were taken: the first thousand. */
  readonly renamed: readonly { readonly from: string; readonly to: string }[];
}

type Report = { -readonly [Key in keyof ImportReport]: ImportReport[Key] } & {
  renamed: { from: string; to: string }[];
};

const MOST_RENAMED = 1000;
/** Of a file of a trail. */
const MOST_NAME = 60;

/** A document on its way in. Nothing of it is seen until all of it is here. */
interface Arriving {
  readonly described: Described;
  /** Here; `null` for one that is here already. */
  readonly id: string | null;
  /** By name in the archive. */
  readonly files: ReadonlyMap<string, ArchivedFile>;
  readonly written: Map<string, StoredContent>;
}

/**
 * Takes archives of exports in: each document and redline with all its versions, or not at all. Asked for again, what is here
 * stays as it is. Decision 0170.
 */
export class Imports {
  readonly #parts: ImportsParts;

  constructor(parts: ImportsParts) {
    this.#parts = parts;
  }

  /**
   * @param bytes an archive, or its first file and then whole documents of it.
   * @throws {DocumentsError} `imports/damaged` at the first file that is not what it should be: what came before it stays, and
   * nothing of the document that it belongs to is kept, nor of its audit trail. So it is, with what came in as details, where the
   * list, the manifest or the signature at its end do not hold. What is wrong with a content, and `documents/quota-exceeded`, likewise.
   */
  async take(actor: Actor, bytes: AsyncIterable<Uint8Array>, options: ImportOptions): Promise<ImportReport> {
    const begun: { run?: ImportRun } = {};
    const check = new ArchiveCheck();
    try {
      for await (const file of readTar(bytes)) {
        await check.follow(file, async (one) => {
          if (begun.run === undefined) {
            const facts = parsed(archiveSchema, await startOf(one));
            begun.run = new ImportRun(this.#parts, actor, facts, options);
          } else await begun.run.file(one);
        });
      }
      if (begun.run === undefined) throw damagedArchive('It is empty.');
      return await begun.run.end(check);
    } catch (error) {
      await begun.run?.discard();
      throw begun.run?.told(error) ?? error;
    }
  }

  /** What came with an archive of the audit trail, as an archive. @throws {DocumentsError} `imports/not-found`. */
  async evidence(tenant: string, archive: string): Promise<AsyncIterable<Uint8Array>> {
    const found = /^x_[0-9a-f]{32}$/.test(archive) ? await this.#parts.evidence.open(tenant, archive) : null;
    if (found === null)
      throw new DocumentsError('imports/not-found', 'Nothing of such an archive is kept here.');
    return found;
  }
}

class ImportRun {
  readonly #parts: ImportsParts;
  readonly #actor: Actor;
  readonly #facts: ArchiveFacts;
  readonly #options: ImportOptions;
  readonly #report: Report;
  #arriving: Arriving | null = null;
  #evidence: Collecting | null = null;

  constructor(parts: ImportsParts, actor: Actor, facts: ArchiveFacts, options: ImportOptions) {
    this.#parts = parts;
    this.#actor = actor;
    this.#facts = facts;
    this.#options = options;
    const none = { documents: 0, redlines: 0, versions: 0, present: 0, evidence: 0, membersLeft: 0 };
    this.#report = { archive: facts.id, tenant: facts.tenant, ...none, whole: false, key: null, renamed: [] };
  }

  async file(file: TarFile): Promise<void> {
    const { name } = file;
    if (/^(?:documents|redlines)\/[^/]+\/[^/]+$/.test(name)) {
      if (name.endsWith(`/${DESCRIPTION}`)) await this.#begin(file);
      else await this.#content(file);
      return;
    }
    await this.#finish();
    const isAudit = name.startsWith(AUDIT) && name.length <= MOST_NAME;
    if (!isAudit) throw damagedArchive('It holds a file that no export writes.');
    await (await this.#collecting()).add({ name, text: await textOf(file) });
    this.#report.evidence += 1;
  }

  /** @param check what followed the archive. */
  async end(check: ArchiveCheck): Promise<ImportReport> {
    await this.#finish();
    const end = check.end(this.#facts.id);
    if (end === null) {
      // Nothing vouches for it.
      await this.#evidence?.discard();
      this.#report.evidence = 0;
      return this.#report;
    }
    await (await this.#collecting()).close(end.proof);
    return { ...this.#report, whole: true, key: end.key };
  }

  async #collecting(): Promise<Collecting> {
    this.#evidence ??= await this.#parts.evidence.collect(this.#actor.tenant, this.#facts.id);
    return this.#evidence;
  }

  /** What is wrong with an archive, and what came in of it all the same. */
  told(error: unknown): unknown {
    if (!(error instanceof DocumentsError) || error.code !== 'imports/damaged') return error;
    const { archive, documents, redlines, versions, present } = this.#report;
    const imported = { archive, documents, redlines, versions, present };
    return new DocumentsError(error.code, error.message, { imported });
  }

  /** Removes what was written of a document that will not be, and of a trail that nothing vouches for. */
  async discard(): Promise<void> {
    await this.#evidence?.discard();
    const { id, written } = this.#arriving ?? { id: null, written: new Map() };
    if (id === null) return;
    const { tenant } = this.#actor;
    for (const content of written.values()) await this.#parts.contents.discard(tenant, id, content);
    this.#parts.quotas?.end(tenant, id);
  }

  async #begin(file: TarFile): Promise<void> {
    await this.#finish();
    const described = parsed(describedSchema, await textOf(file));
    const folder = folderOf(described.id);
    const isRedline = described.id.startsWith('r_');
    if (file.name !== `${folder}${DESCRIPTION}` || isRedline !== (described.redline !== null)) {
      throw damagedArchive('A description stands in the place of another one.');
    }
    const files = new Map<string, ArchivedFile>();
    for (const one of described.versions.flatMap(({ file, result }) => [
      file,
      ...(result === undefined ? [] : [result]),
    ])) {
      const there = files.get(`${folder}${one.name}`);
      if (there !== undefined && there.sha256 !== one.sha256)
        throw damagedArchive('Two files have one name.');
      files.set(`${folder}${one.name}`, one);
    }
    const id = await this.#freeId(described);
    if (id !== null && !isRedline) await this.#parts.quotas?.begin(this.#actor.tenant, id);
    this.#arriving = { described, id, files, written: new Map() };
  }

  async #content(file: TarFile): Promise<void> {
    const { id, files, written } = this.#arriving ?? {};
    const expected = files?.get(file.name);
    if (id === undefined || expected === undefined || written === undefined || written.has(file.name)) {
      throw damagedArchive('It holds a file of which its description does not know.');
    }
    const isResult = expected.name.endsWith('.result.json');
    if (file.size !== expected.size || file.size > (isResult ? MOST_READ_BYTES : MOST_CONTENT_BYTES)) {
      throw damagedArchive('A file is not as long as its description says.');
    }
    if (id === null) return;
    const content = isResult
      ? { type: 'application/json', body: verified(file.body, expected.sha256) }
      : this.#options.incoming(verified(file.body, expected.sha256));
    const stored = await this.#parts.contents.write(this.#actor.tenant, id, content);
    written.set(file.name, stored);
  }

  async #finish(): Promise<void> {
    const arriving = this.#arriving;
    if (arriving === null) return;
    const { described, id, files, written } = arriving;
    if (id === null) this.#report.present += 1;
    else {
      if (written.size !== files.size) throw damagedArchive('A file of a document is missing.');
      await this.#commit(arriving, id);
      this.#parts.quotas?.end(this.#actor.tenant, id);
      this.#report[described.redline === null ? 'documents' : 'redlines'] += 1;
      this.#report.versions += described.versions.length;
      if (id !== described.id && this.#report.renamed.length < MOST_RENAMED) {
        this.#report.renamed.push({ from: described.id, to: id });
      }
    }
    this.#arriving = null;
  }

  async #commit({ described, written }: Arriving, id: string): Promise<void> {
    const { heads, ambient, people, committed } = this.#parts;
    const at = isoTime(ambient.clock);
    const parent = described.redline === null ? null : await this.#here(described.redline.document);
    if (described.redline !== null && parent === null) {
      throw damagedArchive('It holds a redline of a document that is not here.');
    }
    const mapped =
      parent === null
        ? await mappedMembers(described, this.#actor, at, people, this.#options.subjects)
        : { members: [], left: 0 };
    if (parent !== null) await heads.noteBelow(this.#actor.tenant, parent, id);
    const head = this.#head(described, written, { id, at, parent, members: mapped.members });
    const stored = await heads.commit(null, head);
    this.#report.membersLeft += mapped.left;
    await committed(stored);
  }

  #head(
    described: Described,
    written: ReadonlyMap<string, StoredContent>,
    {
      id,
      at,
      parent,
      members,
    }: { id: string; at: string; parent: string | null; members: readonly Member[] },
  ): Head {
    const { tenant } = this.#actor;
    const folder = folderOf(described.id);
    const contentOf = (file: ArchivedFile): StoredContent => {
      const content = written.get(`${folder}${file.name}`);
      if (content === undefined) throw damagedArchive('A file of a document is missing.');
      return content;
    };
    const versions = described.versions.map(
      ({ file, result, ...version }): Version => ({
        ...version,
        ...contentOf(file),
        ...(result === undefined ? {} : { result: contentOf(result) }),
      }),
    );
    const { createdAt, updatedAt, deletedAt, state, redline } = described;
    const operation = `o_${digest('import', this.#facts.tenant, described.id, id)}`;
    const act = parent === null ? 'document.imported' : 'redline.imported';
    const acts = [{ action: act, version: versions.length }] as const;
    const { name, labels } = checkDescription({ name: described.name, labels: described.labels });
    return {
      ...{ format: HEAD_FORMAT, tenant, id, name, labels, members, state, createdAt, updatedAt, deletedAt },
      owner: members[0] === undefined ? this.#actor.id : idOf(members[0].subject),
      redline: redline === null || parent === null ? null : { ...redline, document: parent },
      ...{ versions, older: [] },
      bytes: [...written.values()].reduce((sum, { facts }) => sum + facts.size, 0),
      imported: this.#origin(described.id),
      sequence: 1,
      commit: { operation, at, records: auditRecords(this.#actor, id, { operation, at }, acts) },
      earlier: [],
    };
  }

  /** The id that something gets here; `null` when it is here already. */
  async #freeId(described: Described): Promise<string | null> {
    for (const id of this.#idsFor(described.id)) {
      const stored = await this.#parts.heads.read(this.#actor.tenant, id);
      if (stored === null) return id;
      if (this.#isIt(stored, described.id) || (await this.#isTheSame(stored, described))) return null;
    }
    throw new DocumentsError('imports/conflict', 'Something else stands here under the ids of a document.');
  }

  /** The id that a document of the archive has here; `null` when it is not here. */
  async #here(document: string): Promise<string | null> {
    let own: string | null = null;
    for (const id of this.#idsFor(document)) {
      const stored = await this.#parts.heads.read(this.#actor.tenant, id);
      if (stored !== null && this.#isIt(stored, document)) return id;
      // What was exported from here, and is still here.
      if (id === document && stored?.head.imported === undefined && stored?.head.state !== 'taken')
        own = stored === null || this.#facts.tenant !== this.#actor.tenant ? null : id;
    }
    return own;
  }

  /** Its own, and another one where that is taken: the same whenever it is asked. */
  #idsFor(id: string): readonly string[] {
    return [id, `${id.slice(0, 2)}${digest('id', this.#facts.tenant, id)}`];
  }

  #isIt({ head }: StoredHead, id: string): boolean {
    return head.imported?.tenant === this.#facts.tenant && head.imported.id === id;
  }

  /** Whether it never left. */
  async #isTheSame({ head }: StoredHead, { id, createdAt, versions }: Described): Promise<boolean> {
    if (head.id !== id || head.createdAt !== createdAt || head.state === 'taken') return false;
    const first = await this.#parts.heads.pages.find(head, 1);
    return first?.facts.sha256 === versions[0]?.file.sha256;
  }

  #origin(id: string): NonNullable<Head['imported']> {
    return { tenant: this.#facts.tenant, id, archive: this.#facts.id };
  }
}

/** The same bytes; fails behind the last one when they are not what they should be, before anybody looks into them. */
async function* verified(body: AsyncIterable<Uint8Array>, expected: string): AsyncIterable<Uint8Array> {
  const hash = createHash('sha256');
  for await (const chunk of body) {
    hash.update(chunk);
    yield chunk;
  }
  if (hash.digest('hex') !== expected) throw damagedArchive('A file is not what its description says.');
}

function digest(...parts: readonly string[]): string {
  return createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 32);
}
