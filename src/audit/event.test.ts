import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { EMPTY_CHAIN, EVENT_FIELDS, GENESIS, hashOf, linkEvents, type Occurrence } from './event.ts';
import { EVENT_SCHEMA } from './event-schema.ts';
import { EVENT_TYPES } from './event-types.ts';

const READ: Occurrence = {
  ...{ id: 'e_1', at: '2026-11-22T10:00:00.000Z', tenant: 'acme', type: 'document.read', outcome: 'done' },
  ...{ reason: 'role', actorKind: 'person', actor: 'p_1', credential: 's_1', address: '192.0.2.1' },
  ...{ requestId: 'r-1', object: 'd_1', document: 'd_1', version: null, commit: null, details: null },
};

test('an event holds the hash of the one before, and its own says all that it holds', () => {
  const [first, second] = linkEvents(EMPTY_CHAIN, [READ, { ...READ, id: 'e_2' }]);
  if (first === undefined || second === undefined) throw new Error('Two events were given.');
  expect([first.previous, first.sequence, second.previous, second.sequence]).toEqual([
    GENESIS,
    1,
    first.hash,
    2,
  ]);
  // By hand, so that the encoding can never change unnoticed.
  const text = `{"actor":"p_1","actorKind":"person","address":"192.0.2.1","at":"2026-11-22T10:00:00.000Z","commit":null,"credential":"s_1","details":null,"document":"d_1","format":2,"id":"e_1","object":"d_1","outcome":"done","previous":"${GENESIS}","reason":"role","requestId":"r-1","sequence":1,"tenant":"acme","type":"document.read","version":null}`;
  expect(first.hash).toBe(createHash('sha256').update(text).digest('hex'));
  expect(linkEvents(first, [{ ...READ, id: 'e_2' }])).toEqual([second]);
});

test.each(EVENT_FIELDS.filter((field) => field !== 'hash'))('another %s is another hash', (field) => {
  const [event] = linkEvents(EMPTY_CHAIN, [READ]);
  if (event === undefined) throw new Error('An event was given.');
  const other = typeof event[field] === 'number' ? 7 : 'other';
  expect(hashOf({ ...event, [field]: other })).not.toBe(event.hash);
});

test('the schema has every field, and the page every type', () => {
  expect(Object.keys(EVENT_SCHEMA.properties)).toEqual([...EVENT_FIELDS]);
  const page = readFileSync(new URL('../../docs/audit-events.md', import.meta.url), 'utf8');
  const told = [...page.matchAll(/^\| `([a-z.-]+)` +\| (\w+) +\| (\S+) +\| (.+?) +\|$/gm)].map(
    ([, type, kind, object, title]) => [type, kind, object, title],
  );
  expect(told).toEqual(
    Object.entries(EVENT_TYPES).map(([type, { kind, object, title }]) => [type, kind, object ?? '–', title]),
  );
});
