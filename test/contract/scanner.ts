import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Scanner } from '../../src/documents/index.ts';
import { EICAR } from '../services/clamd.ts';
import { buildDocx } from '../support/package.ts';

/** One adapter under test. */
export interface ScannerFixture {
  readonly scanner: Scanner;
  readonly engine: 'clamav' | 'structure';
  dispose(): Promise<void>;
}

const never = new AbortController().signal;

async function* stream(bytes: Uint8Array, size = 16 * 1024): AsyncIterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** What every `Scanner` promises. @param findsMalware what an adapter that does not is excused from. */
export function describeScanner(
  adapter: string,
  { findsMalware }: { readonly findsMalware: boolean },
  open: () => Promise<ScannerFixture>,
): void {
  describe(`Scanner on ${adapter}`, () => {
    let fixture: ScannerFixture;
    beforeAll(async () => {
      fixture = await open();
    });
    afterAll(() => fixture.dispose());

    const infected = Buffer.concat([
      Buffer.alloc(100_000, 'x'),
      Buffer.from(EICAR),
      Buffer.alloc(100_000, 'y'),
    ]);
    const judged = (bytes: Uint8Array, size?: number) => fixture.scanner.scan(stream(bytes, size), never);

    test('is ready', async () => {
      await expect(fixture.scanner.probe()).resolves.toBeUndefined();
    });

    test.each([
      ['nothing', new Uint8Array()],
      ['a document', buildDocx({})],
      ['20 MB', new Uint8Array(20_000_000)],
    ])('lets %s through, and says who judged', async (_, bytes) => {
      const { engine } = fixture;
      expect(await judged(bytes)).toEqual({ verdict: 'clean', name: null, engine });
    });

    if (findsMalware)
      test.each([
        ['in plain bytes', infected, 16 * 1024],
        ['in one large chunk', infected, 1_000_000],
        ['in small chunks', infected.subarray(99_000, 101_000), 1],
        ['inside of a document', buildDocx({ 'word/media/image1.bin': Buffer.from(EICAR) }), 1000],
      ])('finds malware %s, and names it', async (_, bytes, size) => {
        const verdict = await judged(bytes, size);
        expect(verdict).toMatchObject({ verdict: 'infected', engine: fixture.engine });
        expect(verdict.name).toMatch(/EICAR/);
      });

    test('judges several at once', async () => {
      const all = await Promise.all([infected, buildDocx({}), infected].map((bytes) => judged(bytes)));
      const expected = findsMalware ? ['infected', 'clean', 'infected'] : ['clean', 'clean', 'clean'];
      expect(all.map(({ verdict }) => verdict)).toEqual(expected);
    });

    test('ends when it is told to', async () => {
      const reason = new Error('enough');
      await expect(fixture.scanner.scan(stream(infected), AbortSignal.abort(reason))).rejects.toBe(reason);
    });

    if (findsMalware)
      test('ends while the content still arrives', async () => {
        const stopping = new AbortController();
        async function* slow(): AsyncIterable<Uint8Array> {
          yield new Uint8Array(1000);
          stopping.abort(new Error('enough'));
          yield new Uint8Array(1000);
        }
        await expect(fixture.scanner.scan(slow(), stopping.signal)).rejects.toThrow('enough');
      });

    if (findsMalware)
      test('passes on what the content throws', async () => {
        async function* broken(): AsyncIterable<Uint8Array> {
          yield new Uint8Array(1000);
          throw new TypeError('broken');
        }
        await expect(fixture.scanner.scan(broken(), never)).rejects.toThrow(TypeError);
      });
  });
}
