import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nodeCodec } from '../../kit/index.ts';
import { joinedCrc } from './crc.ts';
import { StretchedText } from './stretched-text.ts';
import { LEAST, textEntry } from './stretches.ts';
import { deflateEntry, inflateEntry, type ZipEntry } from './zip.ts';

const DECLARATION = '<?xml version="1.0" encoding="UTF-16"?><w:body>';
/** So many paragraphs as fill several stretches. */
const MANY = 3000;
const paragraph = (n: number): string =>
  `<w:p><w:r><w:t>Item ${n} of the agreement, ${(n * 7919) % 1013} of which ${'is not known '.repeat(n % 20)}</w:t></w:r></w:p>`;
const PARAGRAPHS = Array.from({ length: MANY }, (_, n) => paragraph(n));

/** What pieces can be that are no paragraphs. */
const RARE = ['', '</w:p>', '<w:p/>', 'ä'.repeat(LEAST)];

const textOf = (entry: ZipEntry): string => nodeCodec.decodeUtf8(inflateEntry(entry, nodeCodec));
const entryOf = (text: string): ZipEntry => textEntry('word/document.xml', text, nodeCodec);

test('the checksum of two runs of bytes', () => {
  const bytes = fc.uint8Array({ maxLength: 5000 });
  fc.assert(
    fc.property(bytes, bytes, (a, b) => {
      const whole = nodeCodec.crc32(Buffer.concat([a, b]));
      expect(joinedCrc(nodeCodec.crc32(a), nodeCodec.crc32(b), b.length)).toBe(whole);
    }),
  );
});

describe('a text that is packed in stretches', () => {
  test.each([
    ['nothing', ''],
    ['too little to pack', 'ab'],
    ['one stretch', paragraph(1).repeat(9)],
    ['several', PARAGRAPHS.join('')],
    ['no end of a paragraph', `${'x'.repeat(LEAST)}${'y'.repeat(LEAST)}${'z'.repeat(LEAST)}`],
    ['an end at the very end', `${'x'.repeat(3 * LEAST)}</w:p>`],
    ['characters of two units', PARAGRAPHS.map((text) => text.replaceAll('known', '𝄞𝄢')).join('')],
  ])('is unpacked as it was: %s', (_, text) => {
    const entry = entryOf(text);
    expect(textOf(entry)).toBe(text);
    expect(entry.stored.length).toBeLessThanOrEqual(text.length);
  });

  test('takes hardly more room than in one', () => {
    const text = PARAGRAPHS.join('');
    const one = deflateEntry('one', nodeCodec.encodeUtf8(text), nodeCodec);
    expect(text.length).toBeGreaterThan(2 * LEAST);
    expect(entryOf(text).stored.length).toBeLessThan(1.02 * one.stored.length);
  });

  test('keeps its bytes but around what changes', () => {
    const changed = PARAGRAPHS.with(10, '<w:p/>');
    const [before, after] = [PARAGRAPHS, changed].map((texts) => entryOf(texts.join('')).stored);
    const alike = (n: number): boolean => before?.at(-n) === after?.at(-n);
    let same = 0;
    while (alike(same + 1)) same++;
    expect(same).toBeGreaterThan((before?.length ?? 0) / 2);
  });

  test('is the same bytes, whatever changed before', () => {
    const text = fc.tuple(fc.nat(MANY), fc.nat(900));
    const textAt = ([from, count]: [number, number]): string =>
      RARE[from] ?? PARAGRAPHS.slice(from, from + count).join('');
    const change = fc.tuple(fc.nat(MANY - 1), text);
    const rounds = fc.array(fc.array(change, { minLength: 1, maxLength: 4 }), { maxLength: 6 });
    fc.assert(
      fc.property(rounds, fc.integer({ min: 1, max: 40 }), (all, together) => {
        const pieces = [DECLARATION];
        for (let n = 0; n < MANY; n += together) pieces.push(PARAGRAPHS.slice(n, n + together).join(''));
        pieces.push('</w:body>');
        const text = new StretchedText(pieces, nodeCodec);
        for (const changes of [[], ...all]) {
          for (const [at, to] of changes) {
            const piece = 1 + (at % (pieces.length - 2));
            pieces[piece] = textAt(to);
            text.replace(piece, textAt(to));
          }
          expect(text.entry('word/document.xml')).toEqual(entryOf(pieces.join('')));
        }
      }),
      { numRuns: 40 },
    );
  });
});
