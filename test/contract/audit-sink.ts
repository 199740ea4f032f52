import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AuditEvent, AuditQuery, AuditSink, RegionalSink } from '../../src/audit/index.ts';
import { chainOf, occurrence } from '../support/audit.ts';

export interface SinkUnderTest {
  readonly sink: RegionalSink;
  /** Opens the same place once more, as another process. */
  reopen(): Promise<AuditSink>;
  /** Until rows that are there can be removed. */
  age(): Promise<void>;
  dispose(): Promise<void>;
}

/** What every sink of events has to do. */
export function describeAuditSink(name: string, start: () => Promise<SinkUnderTest>, timeout = 30_000): void {
  describe(`the sink of events in ${name}`, { timeout }, () => {
    let under: SinkUnderTest;
    let sink: RegionalSink;
    beforeAll(async () => {
      under = await start();
      ({ sink } = under);
      await sink.prepare();
    }, timeout);
    afterAll(() => under.dispose());

    test('an empty one knows nobody', async () => {
      expect(await sink.last('empty')).toBe(0);
      expect(await sink.list({ tenant: 'empty', descending: true, size: 5 })).toEqual({
        events: [],
        next: null,
      });
      expect(await sink.known('empty', ['e_1'])).toEqual(new Set());
      await sink.append([]);
    });

    test('events come back as they were, in order and in pages, each tenant its own', async () => {
      const events = chainOf('pages', 8, (at) =>
        occurrence(
          'pages',
          at,
          at % 2 === 0
            ? {}
            : { reason: null, address: null, object: null, document: null, version: 3, commit: 4 },
        ),
      );
      await sink.append(events.slice(0, 5));
      await sink.append(events.slice(5));
      await sink.append(chainOf('other', 2));
      expect(await everything(sink, { tenant: 'pages' })).toEqual(events);
      expect(await everything(sink, { tenant: 'pages', descending: true })).toEqual(events.toReversed());
      expect(await sink.last('pages')).toBe(8);
      const other = await under.reopen();
      expect((await other.list({ tenant: 'other', descending: false, size: 9 })).events).toEqual(
        chainOf('other', 2),
      );
    });

    test('what is added again stands there once', async () => {
      const events = chainOf('twice', 6);
      await sink.append(events.slice(0, 4));
      await sink.append(events.slice(2));
      await sink.append(events);
      expect(await everything(sink, { tenant: 'twice' })).toEqual(events);
      expect(await sink.known('twice', ['e_2', 'e_6', 'e_7'])).toEqual(new Set(['e_2', 'e_6']));
    });

    test('says what is missing', async () => {
      const events = chainOf('gaps', 12);
      expect(await sink.gaps('gaps', 0)).toEqual([]);
      expect(await sink.gaps('gaps', 3)).toEqual([{ first: 1, last: 3 }]);
      await sink.append(events.slice(2, 5));
      await sink.append(events.slice(6, 10));
      expect(await sink.gaps('gaps', 12)).toEqual([
        { first: 1, last: 2 },
        { first: 6, last: 6 },
        { first: 11, last: 12 },
      ]);
      await sink.append(events);
      expect(await sink.gaps('gaps', 12)).toEqual([]);
      expect(await sink.gaps('gaps', 7)).toEqual([]);
    });

    describeRemoving(() => under);
    describeFinding(() => sink);

    test('says that it is there', async () => {
      await sink.probe();
    });
  });
}

function describeRemoving(under: () => SinkUnderTest): void {
  test('removes what a tenant has that left, in time, and nothing of others', async () => {
    const { sink, age } = under();
    const events = chainOf('left', 7);
    await sink.append(events);
    await sink.append(chainOf('stays', 3));
    await age();
    await sink.remove('left', Date.now() - 1000);
    expect(await sink.rows('left')).toBe(7);
    expect(await sink.remove('left', Date.now() + 60_000)).toBe(true);
    expect([await sink.rows('left'), await sink.last('left'), await sink.rows('stays')]).toEqual([0, 0, 3]);
    expect(await sink.remove('left', Date.now() + 60_000)).toBe(true);
    // And it may come back.
    const later = chainOf('left', 2, (at) => occurrence('left', at, { actor: 'p_bo' }));
    await sink.append(later);
    expect(await everything(sink, { tenant: 'left' })).toEqual(later);
  });
}

/** Page by page. */
async function everything(
  sink: AuditSink,
  query: Partial<AuditQuery> & { tenant: string },
  size = 3,
): Promise<AuditEvent[]> {
  const found: AuditEvent[] = [];
  for (let after: number | undefined; ; ) {
    const asked = { descending: false, size, ...query, ...(after === undefined ? {} : { after }) };
    const { events, next } = await sink.list(asked);
    found.push(...events);
    if (next === null) return found;
    after = next;
  }
}

function describeFinding(sink: () => AuditSink): void {
  test.each<[string, Partial<AuditQuery>, readonly number[]]>([
    ['types', { types: ['content.downloaded', 'document.listed'] }, [2, 3]],
    ['an outcome', { outcome: 'refused' }, [4]],
    ['an actor', { actor: 'p_bo' }, [3, 4]],
    ['a credential', { credential: 's_9' }, [4]],
    ['an object', { object: 'r_1' }, [2]],
    ['a document', { document: 'd_1' }, [1, 2, 4]],
    ['one of some addresses', { addresses: ['192.0.2.7', '192.0.2.9'] }, [3]],
    ['a request', { requestId: 'r-4' }, [4]],
    ['a time', { from: '2026-11-02T00:00:00.000Z', before: '2026-11-04T00:00:00.000Z' }, [2, 3]],
    ['all of it', { document: 'd_1', actor: 'p_ann', from: '2026-11-02T00:00:00.000Z' }, [2]],
    ['words of a query language', { actor: "p' OR '1'='1" }, []],
  ])('finds by %s', async (_, query, sequences) => {
    const said = [
      { type: 'document.read', actor: 'p_ann', object: 'd_1', document: 'd_1' },
      { type: 'content.downloaded', actor: 'p_ann', object: 'r_1', document: 'd_1' },
      { type: 'document.listed', actor: 'p_bo', object: null, document: null, address: '192.0.2.9' },
      {
        type: 'document.read',
        actor: 'p_bo',
        credential: 's_9',
        object: 'd_1',
        document: 'd_1',
        outcome: 'refused',
      },
    ] as const;
    const events = chainOf('found', 4, (at) => ({
      ...occurrence('found', at, said[at - 1]),
      at: `2026-11-0${at}T12:00:00.000Z`,
      requestId: `r-${at}`,
    }));
    await sink().append(events);
    const found = await everything(sink(), { tenant: 'found', ...query }, 1);
    expect(found.map(({ sequence }) => sequence)).toEqual(sequences);
  });
}
