import {
  createRedline,
  findUpload,
  getDocument,
  type KeptDocument,
  keepUpload,
  type Problem,
  ProblemError,
  type Redline,
  removeUpload,
  sendFile,
  type UploadTarget,
} from '../../client/index.ts';
import { service } from '../api.ts';
import { leaseOn } from '../documents/alone.ts';
import { problemOf } from '../problems.ts';
import {
  alone,
  type Destination,
  fingerprintOf,
  forget,
  heldElsewhere,
  recall,
  remember,
  unfinished,
} from './memory.ts';
import { browserPorts } from './ports.ts';
import { refusalOf } from './refusal.ts';

/**
 * `unfinished`: begun before this page was loaded; the browser does not give the file back, so it has to be chosen
 * again. `waiting`: nothing answers; it goes on by itself.
 */
export type UploadState =
  | 'queued'
  | 'reading'
  | 'sending'
  | 'waiting'
  | 'paused'
  | 'keeping'
  | 'done'
  | 'failed'
  | 'unfinished';

export interface UploadItem {
  readonly key: string;
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  readonly sent: number;
  readonly state: UploadState;
  readonly problem: Problem | undefined;
  /** Where it goes; it becomes a new document otherwise. */
  readonly to: Destination | undefined;
  /** What came of it. */
  readonly made: Made | undefined;
}

/** What came of an upload: a document, in its state with it, or a redline of one. */
export type Made =
  | { readonly kind: 'document'; readonly document: KeptDocument }
  | { readonly kind: 'redline'; readonly redline: Redline };

/** Uploads at one time; the others wait for their turn. */
const AT_ONCE = 3;
const never = new AbortController().signal;

interface Work {
  item: UploadItem;
  /** Missing until it is chosen again. */
  file: File | undefined;
  fingerprint: string | undefined;
  upload: string | undefined;
  controller: AbortController;
}

/** The uploads of this page: an external store for React, and the one that runs them. */
class Uploads {
  #works: readonly Work[] = [];
  #items: readonly UploadItem[] = [];
  #running = 0;
  #count = 0;
  readonly #listeners = new Set<() => void>();

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  readonly items = (): readonly UploadItem[] => this.#items;

  /** Begins to upload files: each becomes a document. With a destination goes one. */
  add(files: readonly File[], to?: Destination): void {
    for (const file of files) {
      const problem = to !== undefined && files.length > 1 ? problemNamed('page/one-file') : refusalOf(file);
      this.#put(file, file.name, file.size, problem === undefined ? 'queued' : 'failed', to, problem);
    }
    this.#next();
  }

  /** Shows what was begun before this page was loaded, and is not at work in another tab. */
  async recallUnfinished(): Promise<void> {
    const elsewhere = await heldElsewhere();
    for (const [fingerprint, { upload, to }] of unfinished()) {
      if (elsewhere.has(fingerprint) || this.#works.some((one) => one.fingerprint === fingerprint)) continue;
      const found = await findUpload(
        upload,
        browserPorts(() => {}),
        never,
      ).catch(() => undefined);
      if (found === null) forget(fingerprint);
      if (!found || this.#works.some((one) => one.fingerprint === fingerprint)) continue;
      const work = this.#put(undefined, found.name, found.size, 'unfinished', to);
      work.fingerprint = fingerprint;
      work.upload = upload;
      this.#show(work, { sent: found.offset });
    }
  }

  pause(key: string): void {
    this.#find(key)?.controller.abort();
  }

  /** Goes on after a pause or a failure. @param file for one that is `unfinished` */
  async resume(key: string, file?: File): Promise<void> {
    const work = this.#find(key);
    if (work === undefined) return;
    if (file !== undefined) {
      const same = await fingerprintOf(file, work.item.to).catch(() => undefined);
      if (same !== work.fingerprint) {
        this.#show(work, { problem: problemNamed('page/other-file') });
        return;
      }
      work.file = file;
    }
    if (work.file === undefined) return;
    work.controller = new AbortController();
    this.#show(work, { state: 'queued', problem: undefined });
    this.#next();
  }

  /** After a 412: as the version that follows whatever is there now. */
  async addAnyway(key: string): Promise<void> {
    const work = this.#find(key);
    const to = work?.item.to;
    if (work === undefined || to === undefined) return;
    try {
      const { id, etag } = await getDocument(service, to.id);
      this.#show(work, { to: { id, etag, as: to.as } });
      await this.resume(key);
    } catch (error) {
      this.#show(work, { problem: problemOf(error) });
    }
  }

  /** Ends it and leaves nothing; what is done stays done. */
  cancel(key: string): void {
    const work = this.#find(key);
    if (work === undefined) return;
    this.#works = this.#works.filter((one) => one !== work);
    work.controller.abort();
    const { fingerprint, upload } = work;
    if (work.item.state !== 'done' && fingerprint !== undefined) forget(fingerprint);
    if (work.item.state !== 'done' && upload !== undefined) void discard(upload);
    this.#tell();
  }

  /** Takes away what needs nobody any more. */
  clear(): void {
    this.#works = this.#works.filter(({ item }) => item.state !== 'done');
    this.#tell();
  }

  #put(
    file: File | undefined,
    name: string,
    size: number,
    state: UploadState,
    to: Destination | undefined,
    problem?: Problem,
  ): Work {
    const key = String(this.#count++);
    const item = { key, name, size, sent: 0, state, problem, to, made: undefined };
    const controller = new AbortController();
    const work: Work = { item, file, fingerprint: undefined, upload: undefined, controller };
    this.#works = [...this.#works, work];
    this.#tell();
    return work;
  }

  #find(key: string): Work | undefined {
    return this.#works.find(({ item }) => item.key === key);
  }

  #show(work: Work, change: Partial<UploadItem>): void {
    work.item = { ...work.item, ...change };
    this.#tell();
  }

  #tell(): void {
    this.#items = this.#works.map(({ item }) => item);
    for (const listener of this.#listeners) listener();
  }

  #next(): void {
    for (const work of this.#works) {
      if (this.#running >= AT_ONCE) return;
      if (work.item.state !== 'queued' || work.file === undefined) continue;
      this.#running++;
      void this.#run(work, work.file).finally(() => {
        this.#running--;
        this.#next();
      });
    }
  }

  async #run(work: Work, file: File): Promise<void> {
    const { signal } = work.controller;
    try {
      this.#show(work, { state: 'reading' });
      work.fingerprint ??= await fingerprintOf(file, work.item.to);
      const { fingerprint } = work;
      this.#drop((one) => one !== work && one.fingerprint === fingerprint && one.item.state === 'unfinished');
      const mine = await alone(fingerprint, () => this.#send(work, file, fingerprint, signal));
      if (!mine) throw new ProblemError({ code: 'page/elsewhere' });
    } catch (error) {
      if (signal.aborted) this.#show(work, { state: 'paused' });
      else this.#fail(work, error);
    }
  }

  async #send(work: Work, file: File, fingerprint: string, signal: AbortSignal): Promise<void> {
    const { to } = work.item;
    work.upload ??= recall(fingerprint)?.upload;
    this.#show(work, { state: 'sending' });
    const ports = browserPorts((waiting) => {
      const state = waiting ? 'waiting' : 'sending';
      if (work.item.state !== state) this.#show(work, { state });
    });
    const progress = {
      onStarted: (upload: string) => {
        work.upload = upload;
        remember(fingerprint, { upload, ...(to === undefined ? {} : { to }) });
      },
      onProgress: (sent: number) => this.#show(work, { sent }),
    };
    const upload = await sendFile(sourceOf(file), work.upload, progress, ports, signal);
    this.#show(work, { state: 'keeping' });
    const made = await this.#keep(upload, to, ports.wait, signal);
    forget(fingerprint);
    // What became a document was removed with it.
    if (made.kind === 'redline') void discard(upload);
    this.#show(work, { state: 'done', made });
  }

  /** The id of the upload is the key of the request, so asking again does it once. */
  async #keep(
    upload: string,
    to: Destination | undefined,
    wait: ReturnType<typeof browserPorts>['wait'],
    signal: AbortSignal,
  ): Promise<Made> {
    for (let failures = 1; ; failures++) {
      try {
        return await makeOf(upload, to, signal);
      } catch (error) {
        const { status } = problemOf(error);
        if (signal.aborted || (status !== 0 && status < 500)) throw error;
        if (!(await wait(problemOf(error), failures, signal))) throw error;
      }
    }
  }

  #drop(unwanted: (work: Work) => boolean): void {
    this.#works = this.#works.filter((one) => !unwanted(one));
    this.#tell();
  }

  #fail(work: Work, error: unknown): void {
    const isFile = error instanceof DOMException;
    const problem = isFile ? problemNamed('page/file-changed') : problemOf(error);
    if (/^(documents?\/(?!stale|unclear|full)|redline\/)/.test(problem.code)) this.#giveUp(work);
    this.#show(work, { state: 'failed', problem });
  }

  /** The service looked at it and does not want it: there is nothing to go on with. */
  #giveUp({ fingerprint, upload }: Work): void {
    if (fingerprint !== undefined) forget(fingerprint);
    if (upload !== undefined) void discard(upload);
  }
}

async function makeOf(upload: string, to: Destination | undefined, signal: AbortSignal): Promise<Made> {
  if (to?.as !== 'modified') {
    const target: UploadTarget = to === undefined ? {} : { id: to.id, etag: to.etag, ...leaseOn(to.id) };
    return { kind: 'document', document: await keepUpload(service, upload, target, signal) };
  }
  const how = { idempotencyKey: `upload-${upload}`, signal };
  return { kind: 'redline', redline: await createRedline(service, to.id, { modified: { upload } }, how) };
}

function problemNamed(code: string): Problem {
  return new ProblemError({ code }).problem;
}

function sourceOf(file: File) {
  const read = async (start: number, end: number) =>
    new Uint8Array(await file.slice(start, end).arrayBuffer());
  return { name: file.name, size: file.size, read };
}

async function discard(upload: string): Promise<void> {
  await removeUpload(
    upload,
    browserPorts(() => {}),
    never,
  );
}

export const uploads = new Uploads();
