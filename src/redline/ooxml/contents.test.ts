import { expect, test } from 'vitest';
import { buildDocx, documentXml } from '../../../test/support/package.ts';
import { nodeCodec } from '../../kit/index.ts';
import { DEFAULT_LIMITS } from '../options.ts';
import { Contents, sameBytes } from './contents.ts';
import { openPackage } from './package.ts';

test('what two documents store alike is unpacked and read once, and nothing else', () => {
  const unpacked: number[] = [];
  const codec: typeof nodeCodec = {
    ...nodeCodec,
    inflateRaw: (data, maxBytes) => {
      unpacked.push(data.length);
      return nodeCodec.inflateRaw(data, maxBytes);
    },
  };
  const body = '<w:p><w:r><w:t>one one one one one one</w:t></w:r></w:p>';
  const [a, b] = [body, body.replace('one', 'two')].map((text) =>
    buildDocx({ 'word/document.xml': documentXml(text), 'word/theme/theme1.xml': documentXml(body) }),
  );
  const contents = new Contents();
  const [left, right] = [a, b].map((data) =>
    openPackage(data ?? new Uint8Array(), codec, DEFAULT_LIMITS, 'modified', contents),
  );
  const opened = unpacked.length;
  expect(right?.root('word/styles.xml')).toBe(left?.root('word/styles.xml'));
  expect(right?.root('word/document.xml')).not.toBe(left?.root('word/document.xml'));
  expect(right?.text('word/document.xml')).toContain('two');
  expect(left?.text('word/document.xml')).not.toContain('two');
  // The same content under another name.
  expect(right?.root('word/theme/theme1.xml')).toBe(left?.root('word/document.xml'));
  expect(unpacked.length - opened).toBeLessThanOrEqual(1);
});

test.each([
  [[], [], true],
  [[1, 2, 3], [1, 2, 3], true],
  [[1, 2, 3, 4, 5], [1, 2, 3, 4, 5], true],
  [[1, 2, 3, 4, 5], [1, 2, 3, 4, 6], false],
  [[1, 2, 3, 4, 5], [1, 9, 3, 4, 5], false],
  [[1, 2, 3, 4], [1, 2, 3], false],
])('bytes %j and %j are the same: %s', (a, b, same) => {
  expect(sameBytes(Uint8Array.of(0, ...a).subarray(1), Uint8Array.from(b))).toBe(same);
});
