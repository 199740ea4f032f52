import { createHash } from 'node:crypto';
import type { Actor } from '../../access/index.ts';
import { type Ambient, isoTime } from '../ambient.ts';
import type { ByteRange } from '../blob-store.ts';
import { DocumentsError } from '../errors.ts';
import {
  ARCHIVE,
  ARCHIVE_FORMAT,
  type ArchiveCounts,
  type ArchiveFacts,
  type ExportScope,
  FILES,
  MANIFEST,
  SIGNATURE,
} from './archive.ts';
import { type ArchiveParts, archiveBytes, fileLines } from './archive-bytes.ts';
import type { Cursor, ExportState, PlannedFile, StoredExport } from './export-store.ts';
import { type PlannerParts, plan, textFile } from './planner.ts';
import { END_BYTES, entryBytes } from './tar.ts';

/** How long an archive can be fetched. Keys that a tenant's earlier key wrapped are there longer. */
const EXPORT_LIFETIME_MS = 24 * 3_600_000;
/** Files of one page of a plan, and characters of what stands in the page itself. */
const PAGE_FILES = 200;
const PAGE_TEXT = 256 * 1024;
/** Exports of one tenant at a time. */
const MOST_EXPORTS = 20;

export interface ExportsParts extends PlannerParts, ArchiveParts {
  readonly ambient: Ambient;
  /** Is told what stopped the making of a plan; it is tried again. */
  readonly onFailure: (error: unknown) => void;
}

/**
 * Archives of what a tenant or a person has. Only a plan is kept: which files, from which contents, in which order, with
 * sizes and hashes. Every byte follows from it, so that a download goes on anywhere. Decision 0169.
 */
export class Exports {
  readonly #parts: ExportsParts;
  /** Plans that this process makes. */
  readonly #making = new Map<string, Promise<void>>();

  constructor(parts: ExportsParts) {
    this.#parts = parts;
  }

  /** Begins one; its plan is made behind the answer. @throws {DocumentsError} `exports/too-many`. */
  async start(actor: Actor, scope: ExportScope): Promise<ExportState> {
    const { ambient, plans } = this.#parts;
    let count = 0;
    for await (const { over } of plans.list(`${actor.tenant}/`)) if (!over) count += 1;
    if (count >= MOST_EXPORTS) {
      throw new DocumentsError('exports/too-many', `There are ${MOST_EXPORTS} exports already.`);
    }
    const id = `x_${Buffer.from(ambient.random(16)).toString('hex')}`;
    const at = isoTime(ambient.clock);
    const facts = { format: ARCHIVE_FORMAT, id, tenant: actor.tenant, at, by: actor.id, scope } as const;
    const none = { documents: 0, redlines: 0, versions: 0, events: 0, files: 0, bytes: 0 };
    const begun = await plans.write(null, {
      ...{ facts, status: 'preparing', reason: null, expiresAt: ambient.clock() + EXPORT_LIFETIME_MS },
      ...{ cursor: { phase: 'documents', after: '' }, pages: [], size: 0, counts: none, manifest: null },
    });
    if (begun === null) throw new Error('Two exports have one id.');
    this.#begin(facts.tenant, id);
    return begun.value;
  }

  /**
   * @param managing whether they may have everything of the tenant now, whatever they might when they began.
   * @throws {DocumentsError} `exports/not-found`, also for those of others.
   */
  async find(actor: Actor, id: string, managing: boolean): Promise<ExportState> {
    const stored = /^x_[0-9a-f]{32}$/.test(id) ? await this.#parts.plans.read(actor.tenant, id) : null;
    const { by, scope } = stored?.value.facts ?? {};
    const isTheirs = managing || (by === actor.id && scope?.kind === 'person');
    if (stored === null || !isTheirs || stored.value.expiresAt <= this.#parts.ambient.clock()) {
      throw new DocumentsError('exports/not-found', 'There is no such export, or its time is over.');
    }
    // Whoever made the plan may have ended.
    if (stored.value.status === 'preparing') this.#begin(actor.tenant, id);
    return stored.value;
  }

  /** Bytes of an archive that is ready. */
  bytes(state: ExportState, range: ByteRange): AsyncGenerator<Uint8Array, void, undefined> {
    return archiveBytes(state, range, this.#parts);
  }

  /** To be asked while bytes of it are being sent. @throws {DocumentsError} `exports/not-found` once it is over. */
  async assertKept({ facts: { tenant, id } }: ExportState): Promise<void> {
    if ((await this.#parts.plans.read(tenant, id)) === null)
      throw new DocumentsError('exports/not-found', 'The export is over.');
  }

  /** Resolves when the plan is made, or has failed. */
  async settled(tenant: string, id: string): Promise<ExportState | null> {
    this.#begin(tenant, id);
    await this.#making.get(id);
    return (await this.#parts.plans.read(tenant, id))?.value ?? null;
  }

  /** Removes one; whoever makes its plan stops. */
  async drop(tenant: string, id: string): Promise<void> {
    await this.#parts.plans.remove(tenant, id);
  }

  /** Removes those of a tenant: what they lead to was erased, or they were made without what is there now. */
  async forget(tenant: string): Promise<void> {
    for await (const { id } of this.#parts.plans.list(`${tenant}/`))
      await this.#parts.plans.remove(tenant, id);
  }

  /** Removes what is over, and goes on with plans that nobody makes. @returns how many went. */
  async sweep(): Promise<number> {
    let removed = 0;
    for await (const { tenant, id, over } of this.#parts.plans.list()) {
      if (over) {
        await this.#parts.plans.remove(tenant, id);
        removed += 1;
      } else if ((await this.#parts.plans.read(tenant, id))?.value.status === 'preparing') {
        this.#begin(tenant, id);
      }
    }
    return removed;
  }

  #begin(tenant: string, id: string): void {
    if (this.#making.has(id)) return;
    const making = this.#make(tenant, id)
      .catch((error) => this.#parts.onFailure(error))
      .finally(() => this.#making.delete(id));
    this.#making.set(id, making);
  }

  /** Makes the plan from where it is to its end, or until somebody else goes on with it. */
  async #make(tenant: string, id: string): Promise<void> {
    let stored = await this.#parts.plans.read(tenant, id);
    if (stored === null || stored.value.status !== 'preparing') return;
    const draft = new Draft(stored, this.#parts);
    try {
      const { facts, cursor, pages } = stored.value;
      if (pages.length === 0) draft.add([textFile(ARCHIVE, `${JSON.stringify(facts)}\n`)], {}, cursor);
      for await (const { files, counts, cursor: next } of plan(facts, cursor, this.#parts)) {
        draft.add(files, counts, next);
        if (draft.isFull && !(await draft.save())) return;
      }
      if (!(await draft.save())) return;
      await draft.close();
    } catch (error) {
      if (!(error instanceof DocumentsError)) throw error;
      stored = draft.stored;
      await this.#parts.plans.write(stored, { ...stored.value, status: 'failed', reason: error.code });
    }
  }
}

/** A plan that grows. */
class Draft {
  stored: StoredExport;
  readonly #parts: ExportsParts;
  #files: PlannedFile[] = [];
  #text = 0;
  #counts: ArchiveCounts;
  #cursor: Cursor;

  constructor(stored: StoredExport, parts: ExportsParts) {
    this.stored = stored;
    this.#parts = parts;
    this.#counts = stored.value.counts;
    this.#cursor = stored.value.cursor;
  }

  get isFull(): boolean {
    return this.#files.length >= PAGE_FILES || this.#text >= PAGE_TEXT;
  }

  add(files: readonly PlannedFile[], counts: Partial<ArchiveCounts>, cursor: Cursor): void {
    this.#files.push(...files);
    for (const { source } of files) this.#text += source.kind === 'text' ? source.text.length : 0;
    const sum = { ...this.#counts };
    for (const [name, count] of Object.entries(counts)) sum[name as keyof ArchiveCounts] += count;
    sum.files += files.length;
    for (const { size } of files) sum.bytes += size;
    this.#counts = sum;
    this.#cursor = cursor;
  }

  /** Writes what was added as a page. @returns false when somebody else goes on with the plan. */
  async save(last: Partial<ExportState> = {}): Promise<boolean> {
    const { value } = this.stored;
    const start = value.size;
    const pages = [...value.pages];
    if (this.#files.length > 0)
      pages.push({ id: await this.#parts.plans.writePage(value, this.#files), start });
    const size = this.#files.reduce((sum, file) => sum + entryBytes(file.size), start);
    const state = { ...value, pages, size, counts: this.#counts, cursor: this.#cursor, ...last };
    const written = await this.#parts.plans.write(this.stored, { ...state, size: state.size });
    if (written === null) return false;
    this.stored = written;
    this.#files = [];
    this.#text = 0;
    return true;
  }

  /** What names and vouches for everything, and the end. */
  async close(): Promise<void> {
    const { value } = this.stored;
    const hash = createHash('sha256');
    let size = 0;
    for await (const lines of fileLines(value, value.pages.length, this.#parts.plans)) {
      hash.update(lines);
      size += lines.length;
    }
    const files = hash.digest('hex');
    const list: PlannedFile = {
      ...{ name: FILES, size, sha256: files },
      source: { kind: 'files', pages: value.pages.length },
    };
    const facts: ArchiveFacts = value.facts;
    const text = `${JSON.stringify({ ...facts, counts: this.#counts, files }, null, 2)}\n`;
    const manifest = textFile(MANIFEST, text);
    const signature = await this.#parts.trail.sign(text);
    const signed = signature === null ? [] : [textFile(SIGNATURE, `${JSON.stringify(signature, null, 2)}\n`)];
    const closing = [list, manifest, ...signed];
    this.#files.push(...closing);
    const total = closing.reduce((sum, file) => sum + entryBytes(file.size), value.size) + END_BYTES;
    await this.save({ status: 'ready', manifest: manifest.sha256, size: total });
  }
}
