import { expect } from 'vitest';
import { nodeCodec } from '../../src/kit/index.ts';
import { DEFAULT_LIMITS } from '../../src/redline/index.ts';
import { openPackage, type XmlElement } from '../../src/redline/ooxml/index.ts';
import { ChangeIndex, readChanges } from '../../src/redline/revisions/index.ts';

const open = (document: Uint8Array) => openPackage(document, nodeCodec, DEFAULT_LIMITS);
const placesOf = (elements: readonly XmlElement[] = []): string[] =>
  elements.map((e) => `${e.name} ${e.start}`);

/**
 * Whoever asks for one change gets what the list of all says: by each of its names, and by each of its elements; in the
 * order of the document and, with another reader, from its end.
 */
export function isLookedUp(document: Uint8Array): void {
  const all = readChanges(open(document));
  for (const changes of [all, all.toReversed()]) {
    const index = new ChangeIndex(open(document));
    for (const { change, names, elements } of changes)
      for (const name of names) {
        const found = index.find(name);
        expect([name, found?.part, placesOf(found?.elements)]).toEqual([
          name,
          change.position.part,
          placesOf(elements),
        ]);
      }
    expect(index.find('c000000000000')).toBeUndefined();
    expect(index.find('')).toBeUndefined();
  }
  const pkg = open(document);
  const [list, index] = [readChanges(pkg), new ChangeIndex(pkg)];
  for (const { change, elements } of list)
    for (const element of elements) expect(index.idOf(element)).toBe(change.id);
}
