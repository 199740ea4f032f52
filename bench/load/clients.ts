import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** What a process of uploads is asked for. */
export interface UploadsTask {
  readonly url: string;
  /** Path of the file that is sent. */
  readonly file: string;
  readonly by: 'multipart' | 'tus';
  /** How many at once, each once. */
  readonly count: number;
}

export interface UploadsResult {
  /** From the first byte that is sent to the last one of the answer that names the document. */
  readonly milliseconds: readonly number[];
  readonly errors: readonly string[];
  /** Of the file. */
  readonly bytes: number;
}

/** What a process of small requests is asked for. */
export interface RequestsTask {
  readonly url: string;
  readonly perSecond: number;
  readonly documents: readonly string[];
}

export const FORMS = ['comparison', 'batch of files', 'batch of kept documents'] as const;

/** What a process of submitters is asked for: work that is done later, each piece under another author. */
export interface SubmissionsTask {
  readonly url: string;
  readonly form: (typeof FORMS)[number];
  /** Paths of the files that are sent. */
  readonly files: readonly [original: string, modified: string];
  /** Ids of kept documents, the original first. */
  readonly documents: readonly string[];
  readonly submitters: number;
  /** How often all submit at the same instant; 0: each again as soon as it is answered, for so many seconds. */
  readonly rounds: number;
  readonly seconds: number;
}

export interface SubmissionsResult {
  /** From the first byte that is sent to the last one of the answer. */
  readonly milliseconds: readonly number[];
  readonly errors: readonly string[];
  /** Ids of what was taken. */
  readonly begun: readonly string[];
  readonly seconds: number;
}

export type RequestKind = 'get' | 'list' | 'patch';

/** One request, by the time at which it was due, whether or not it could be sent then. */
export interface RequestTiming {
  readonly kind: RequestKind;
  /** Milliseconds since 1970. */
  readonly due: number;
  readonly milliseconds: number;
}

export interface RequestsResult {
  readonly timings: readonly RequestTiming[];
  /** The longest that a request was sent behind its time, because the client was busy. */
  readonly latestMs: number;
  readonly errors: readonly string[];
}

/** A client in a process of its own, so that none waits for another one's work. */
export class Client<Task extends object, Result> {
  readonly #child: ChildProcess;
  readonly #result: Promise<Result>;
  /** Resolves when it has begun to send. */
  readonly begun: Promise<unknown>;

  private constructor(script: string, task: Task) {
    this.#child = fork(join(import.meta.dirname, script));
    this.#child.send(task);
    // The first message says that it begins, the second one what it found.
    this.begun = once(this.#child, 'message');
    this.#result = this.begun.then(() => once(this.#child, 'message')).then(([result]) => result as Result);
  }

  static uploads(task: UploadsTask): Client<UploadsTask, UploadsResult> {
    return new Client('uploads-client.ts', task);
  }

  static requests(task: RequestsTask): Client<RequestsTask, RequestsResult> {
    return new Client('requests-client.ts', task);
  }

  static submissions(task: SubmissionsTask): Client<SubmissionsTask, SubmissionsResult> {
    return new Client('submit-client.ts', task);
  }

  get result(): Promise<Result> {
    return this.#result;
  }

  /** Asks for the result of what never ends by itself. */
  end(): Promise<Result> {
    this.#child.send('end');
    return this.#result;
  }
}
