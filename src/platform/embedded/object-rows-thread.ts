import { fdatasyncSync, openSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import Database from 'better-sqlite3';
import { type Change, type Changed, ObjectRows } from './object-rows.ts';
import { openDatabase } from './sqlite-file.ts';

// The thread that writes objects into a database: what comes while one group of changes is flushed is the next group.

/** What the thread is asked. */
export interface Asked {
  readonly number: number;
  readonly change: Change;
}

/** Why a group of changes was not made, or may not have been. */
export type Failure = 'unavailable' | 'unclear' | 'full' | 'refused' | 'damaged';

/** What became of one group. */
export type Answered =
  | { readonly done: readonly (readonly [number: number, changed: Changed])[] }
  | { readonly failed: readonly number[]; readonly failure: Failure; readonly code: string };

/** Bytes of bodies that are written together. */
const MOST_BYTES = 8 * 1024 * 1024;
/** Milliseconds after which nothing of what was purged is in the log any more. */
const CLEAR_MS = 1000;

const FAILURES: readonly (readonly [code: RegExp, failure: Failure])[] = [
  [/^SQLITE_FULL/, 'full'],
  [/^SQLITE_(?:READONLY|PERM|AUTH|CANTOPEN)/, 'refused'],
  [/^SQLITE_(?:CORRUPT|NOTADB)/, 'damaged'],
];

const path = String(workerData);
// Flushed below, where nobody waits for it: a process that is stopped while it flushes must not keep the others from writing.
const database = openDatabase(path, 'NORMAL');
// What was removed is overwritten in the file.
database.pragma('secure_delete = ON');
const rows = new ObjectRows(database);
let waiting: Asked[] = [];
let clearing = false;
let log: number | null = null;

parentPort?.on('message', (asked: readonly Asked[] | null) => {
  if (asked === null) end();
  else if (waiting.push(...asked) === asked.length) setImmediate(writeAll);
});

function writeAll(): void {
  while (waiting.length > 0) {
    const group = takeGroup();
    parentPort?.postMessage(write(group));
    if (group.some(({ change }) => change.kind === 'purge')) clearSoon();
  }
}

function takeGroup(): readonly Asked[] {
  let bytes = 0;
  const end = waiting.findIndex(({ change }, at) => {
    bytes += change.kind === 'write' ? change.body.byteLength : 0;
    return at > 0 && bytes > MOST_BYTES;
  });
  const group = end < 0 ? waiting : waiting.slice(0, end);
  waiting = end < 0 ? [] : waiting.slice(end);
  return group;
}

function write(group: readonly Asked[]): Answered {
  let isWritten = false;
  try {
    database.exec('BEGIN IMMEDIATE');
    const now = Date.now();
    const done = group.map(({ number, change }) => [number, rows.apply(change, now)] as const);
    isWritten = true;
    database.exec('COMMIT');
    flush();
    return { done };
  } catch (error) {
    if (database.inTransaction) database.exec('ROLLBACK');
    const code = error instanceof Database.SqliteError ? error.code : 'unknown';
    const [, known] = FAILURES.find(([pattern]) => pattern.test(code)) ?? [];
    const failure = known ?? (isWritten ? 'unclear' : 'unavailable');
    return { failed: group.map(({ number }) => number), failure, code };
  }
}

/** What was committed is in the log, or was brought from it into the file, which flushes both. */
function flush(): void {
  // It stays the same file as long as this connection is open.
  log ??= openSync(`${path}-wal`, 'r');
  fdatasyncSync(log);
}

/** Brings the log into the file and empties it, so that what was purged stands in neither. */
function clearSoon(): void {
  if (clearing) return;
  clearing = true;
  setTimeout(() => {
    clearing = false;
    // Most of it while others write.
    database.pragma('wal_checkpoint(PASSIVE)');
    // Where others read meanwhile, the next purge does it, or the next start.
    database.pragma('wal_checkpoint(TRUNCATE)');
  }, CLEAR_MS).unref();
}

function end(): void {
  writeAll();
  database.close();
  parentPort?.close();
}
