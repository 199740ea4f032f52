import type Database from 'better-sqlite3';
import type { PruneRule } from '../../documents/index.ts';

// What changes objects in a database: the side of `SqliteBlobStore` that writes. See decision 0202.

/**
 * A row is a generation; its number is never given again, also not after it went. `store`: which of several that share the file.
 * A removal is a row without bytes, of a store that keeps generations.
 */
export const TABLES = `
  CREATE TABLE IF NOT EXISTS objects (
    generation INTEGER PRIMARY KEY AUTOINCREMENT, store TEXT NOT NULL, name TEXT NOT NULL,
    isRemoval INTEGER NOT NULL, at INTEGER NOT NULL, size INTEGER NOT NULL, crc INTEGER NOT NULL,
    attributes TEXT NOT NULL, body BLOB NOT NULL
  );
  CREATE INDEX IF NOT EXISTS byName ON objects (store, name, generation);
`;

/** Which object of which store. */
interface Place {
  readonly store: string;
  readonly name: string;
  /** Whether the store keeps what is overwritten or removed. */
  readonly keeps: boolean;
}

export type Change =
  | (Place & {
      readonly kind: 'write';
      readonly ifGeneration: string;
      /** JSON behind a checksum. */
      readonly attributes: string;
      readonly crc: number;
      readonly body: Uint8Array;
    })
  | (Place & { readonly kind: 'delete'; readonly ifGeneration: string | null })
  | (Place & { readonly kind: 'purge' })
  | (Place & { readonly kind: 'prune'; readonly rule: PruneRule });

/** What `kind` comes to: a generation or `null`, whether something was removed, how many went. */
export type Changed = string | null | boolean | number;

interface Row {
  readonly generation: number;
  readonly isRemoval: number;
  readonly at: number;
}

const NOTHING = new Uint8Array();

/** To be used within a transaction. */
export class ObjectRows {
  readonly #last: Database.Statement<[string, string], Row>;
  readonly #all: Database.Statement<[string, string], Row>;
  readonly #insert: Database.Statement;
  readonly #remove: Database.Statement<[number]>;
  readonly #removeBefore: Database.Statement<[string, string, number]>;

  constructor(database: Database.Database) {
    const of = 'FROM objects WHERE store = ? AND name = ?';
    const row = `SELECT generation, isRemoval, at ${of} ORDER BY generation`;
    this.#last = database.prepare(`${row} DESC LIMIT 1`);
    this.#all = database.prepare(row);
    this.#insert = database.prepare(
      `INSERT INTO objects (store, name, isRemoval, at, size, crc, attributes, body)
       VALUES (@store, @name, @isRemoval, @at, @size, @crc, @attributes, @body)`,
    );
    this.#remove = database.prepare('DELETE FROM objects WHERE generation = ?');
    this.#removeBefore = database.prepare(`DELETE ${of} AND generation < ?`);
  }

  /** @param now milliseconds since 1970. */
  apply(change: Change, now: number): Changed {
    switch (change.kind) {
      case 'write': {
        const { ifGeneration, attributes, crc, body } = change;
        if (String(this.#current(change)) !== ifGeneration) return null;
        const facts = { isRemoval: 0, size: body.byteLength, crc, attributes, body };
        return String(this.#add(change, facts, now));
      }
      case 'delete': {
        const current = this.#current(change);
        const { ifGeneration } = change;
        if (current === 0 || (ifGeneration !== null && String(current) !== ifGeneration)) return false;
        const facts = { isRemoval: 1, size: 0, crc: 0, attributes: '{}', body: NOTHING };
        if (change.keeps) this.#add(change, facts, now);
        else this.#remove.run(current);
        return true;
      }
      case 'purge':
        return this.#drop(this.#all.all(change.store, change.name));
      case 'prune': {
        const { newest, before } = change.rule;
        const rows = this.#all.all(change.store, change.name);
        const old = rows.slice(0, Math.max(0, rows.length - 1 - newest));
        const young = old.findIndex(({ at }) => at >= before);
        return this.#drop(young < 0 ? old : old.slice(0, young));
      }
    }
  }

  /** Its generation; 0 where there is none. */
  #current({ store, name }: Place): number {
    const last = this.#last.get(store, name);
    return last === undefined || last.isRemoval === 1 ? 0 : last.generation;
  }

  #add({ store, name, keeps }: Place, facts: object, at: number): number {
    const generation = Number(this.#insert.run({ ...facts, store, name, at }).lastInsertRowid);
    if (!keeps) this.#removeBefore.run(store, name, generation);
    return generation;
  }

  /** @returns how many there were, removals not counted. */
  #drop(rows: readonly Row[]): number {
    for (const { generation } of rows) this.#remove.run(generation);
    return rows.filter(({ isRemoval }) => isRemoval === 0).length;
  }
}
