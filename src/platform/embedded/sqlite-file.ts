import Database from 'better-sqlite3';

/** How long one process waits for another one that is writing. */
const WAIT_MS = 5000;
/**
 * Pages of the log after which it is brought into the file, which flushes both on the event loop: 16 MiB. With SQLite's own 1,000 everybody
 * waited some 50 ms every few seconds.
 */
const LOG_PAGES = 4000;
/** How long between two tries to open a file. */
const PAUSE_MS = 10;

/**
 * Opens a database that several processes may use at once.
 *
 * @param path of the file, or `:memory:`.
 * @param synchronous as SQLite means it: whether a crash of the machine may take back what was committed last (`NORMAL`).
 * @throws {Database.SqliteError}
 */
export function openDatabase(path: string, synchronous: 'NORMAL' | 'FULL'): Database.Database {
  const database = new Database(path, { timeout: WAIT_MS });
  keepLog(database);
  database.pragma(`synchronous = ${synchronous}`);
  database.pragma(`wal_autocheckpoint = ${LOG_PAGES}`);
  return database;
}

/** What was overwritten stands in the log until then. */
export function emptyLog(database: Database.Database): void {
  database.pragma('wal_checkpoint(TRUNCATE)');
}

/** A new file gets its log from one process; SQLite sends the others away at once then, however long they would wait. */
function keepLog(database: Database.Database): void {
  for (let waited = 0; ; waited += PAUSE_MS) {
    try {
      database.pragma('journal_mode = WAL');
      return;
    } catch (error) {
      if (!isBusy(error) || waited >= WAIT_MS) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);
    }
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY');
}
