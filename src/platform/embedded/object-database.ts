import { dirname } from 'node:path';
import { Worker } from 'node:worker_threads';
import Database from 'better-sqlite3';
import { OutsideError } from '../../kit/index.ts';
import { flushFolder } from './disk.ts';
import { type Change, type Changed, TABLES } from './object-rows.ts';
import type { Answered, Asked } from './object-rows-thread.ts';
import { openDatabase } from './sqlite-file.ts';

/** The format of the file that this program writes and reads. */
const FORMAT = 1;

interface Waiting {
  readonly done: (changed: Changed) => void;
  readonly failed: (error: OutsideError) => void;
}

/**
 * A file of objects. It is read where it is asked for, which is some microseconds; a thread writes, so that nobody waits for the
 * disk on the event loop, and flushes whatever comes meanwhile together. Several processes may use it.
 */
export class ObjectDatabase {
  readonly #path: string;
  readonly #database: Database.Database;
  readonly #waiting = new Map<number, Waiting>();
  #asked: Asked[] = [];
  #number = 0;
  #thread: Worker | null = null;
  #isClosed = false;

  private constructor(path: string, database: Database.Database) {
    this.#path = path;
    this.#database = database;
  }

  /** @param path of the file. @throws {OutsideError} `refused` when a newer release wrote it. */
  static async open(path: string): Promise<ObjectDatabase> {
    const database = openDatabase(path, 'FULL');
    database.transaction(() => claim(database)).immediate();
    await flushFolder(dirname(path));
    return new ObjectDatabase(path, database);
  }

  prepare<Parameters extends unknown[], Row>(sql: string): Database.Statement<Parameters, Row> {
    return this.#database.prepare<Parameters, Row>(sql);
  }

  /** Runs what only reads. */
  read<Result>(work: () => Result): Result {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof Database.SqliteError)) throw error;
      throw failed(/^SQLITE_(?:CORRUPT|NOTADB)/.test(error.code) ? 'damaged' : 'unavailable', error.code);
    }
  }

  /** Has the thread begin that writes, so that the first who change something need not wait for that. */
  begin(): void {
    if (!this.#isClosed && this.#thread === null) this.#writer().unref();
  }

  /** Resolves when it was made, and survives a crash of the machine. A body is the caller's no more. @throws {OutsideError} */
  change(change: Change): Promise<Changed> {
    return new Promise((done, fail) => {
      if (this.#isClosed) {
        fail(failed('unavailable', 'closed'));
        return;
      }
      this.#number += 1;
      this.#waiting.set(this.#number, { done, failed: fail });
      // What is asked for in one turn of the event loop is one message.
      if (this.#asked.push({ number: this.#number, change }) === 1) setImmediate(() => this.#send());
    });
  }

  /** Resolves when all that was asked for was done. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#send();
    const thread = this.#thread;
    if (thread !== null) {
      thread.ref();
      const ended = new Promise((go) => void thread.once('exit', go));
      thread.postMessage(null);
      await ended;
    }
    this.#database.close();
  }

  #send(): void {
    const asked = this.#asked;
    if (asked.length === 0) return;
    this.#asked = [];
    const thread = this.#writer();
    thread.ref();
    const bytes = asked.flatMap(({ change }) =>
      change.kind === 'write' ? [change.body.buffer as ArrayBuffer] : [],
    );
    thread.postMessage(asked, bytes);
  }

  #writer(): Worker {
    if (this.#thread !== null) return this.#thread;
    const thread = new Worker(script(), { workerData: this.#path, env: {}, execArgv: [] });
    this.#thread = thread;
    thread.on('message', (answer: Answered) => this.#hear(answer));
    // The end follows.
    thread.on('error', () => {});
    thread.once('exit', () => this.#lose(thread));
    return thread;
  }

  #hear(answer: Answered): void {
    if ('done' in answer) {
      for (const [number, changed] of answer.done) this.#take(number)?.done(changed);
    } else {
      for (const number of answer.failed) this.#take(number)?.failed(failed(answer.failure, answer.code));
    }
    // A process that waits for nothing may end.
    if (this.#waiting.size === 0) this.#thread?.unref();
  }

  #take(number: number): Waiting | undefined {
    const waiting = this.#waiting.get(number);
    this.#waiting.delete(number);
    return waiting;
  }

  /** Whatever it was doing may have been done. The next change begins another one. */
  #lose(thread: Worker): void {
    if (this.#thread === thread) this.#thread = null;
    for (const [number, { failed: fail }] of this.#waiting) {
      this.#waiting.delete(number);
      fail(failed('unclear', 'the thread has ended'));
    }
  }
}

/** Tells a new file from one of another format, and makes what is missing. */
function claim(database: Database.Database): void {
  const found = Number(database.pragma('user_version', { simple: true }));
  if (found > FORMAT) {
    const message = `A newer release wrote these data (format ${found}, not ${FORMAT}).`;
    throw new OutsideError('BlobStore', 'refused', message);
  }
  if (found === FORMAT) return;
  database.exec(TABLES);
  // A file that was lost is followed by one that begins behind it: no old condition meets a new object.
  database.prepare("INSERT INTO sqlite_sequence (name, seq) VALUES ('objects', ?)").run(Date.now() * 1000);
  database.pragma(`user_version = ${FORMAT}`);
}

function failed(failure: OutsideError['failure'], code: string): OutsideError {
  return new OutsideError(
    'BlobStore',
    failure,
    `The database of objects did not do what it should (${code}).`,
  );
}

/** The module of the thread stands beside this one, built or not. */
function script(): URL {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  return new URL(`./object-rows-thread.${extension}`, import.meta.url);
}
