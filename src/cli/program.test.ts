import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildDocx } from '../../test/support/package.ts';
import type { Io, Sink } from './io.ts';
import { run } from './program.ts';

const folder = mkdtempSync(join(tmpdir(), 'redline-terminal-'));
const [original, out] = [join(folder, 'a.docx'), join(folder, 'out.docx')];

beforeAll(() => writeFileSync(original, buildDocx({})));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Terminal extends Sink {
  text: string;
}

function terminal(hasColors: boolean, isTTY = true): Terminal {
  return {
    isTTY,
    text: '',
    hasColors: () => hasColors,
    write(data, done) {
      this.text += typeof data === 'string' ? data : `(${data.length} bytes)`;
      done();
    },
  };
}

function desk(hasColors: boolean): Io & { stdout: Terminal; stderr: Terminal } {
  return {
    stdin: Object.assign(Readable.from([]), { isTTY: true }),
    stdout: terminal(hasColors),
    stderr: terminal(hasColors),
    today: () => new Date(Date.UTC(2026, 2, 31, 12)),
  };
}

describe('redline at a terminal', () => {
  test('shows a bar while it works and takes it away', async () => {
    const io = desk(false);
    expect(await run(['compare', original, original, '-o', out], io)).toBe(0);
    const stages = ['█░░ Reading …', '██░ Comparing …', '███ Writing …', ''];
    expect(io.stderr.text).toBe(stages.map((stage) => `\r\x1b[K${stage}`).join(''));
    expect(io.stdout.text).toMatch(/say the same/);
  });

  test('takes the bar away before it says what is wrong', async () => {
    const io = desk(false);
    expect(await run(['compare', original, join(folder, 'no'), '-o', out], io)).toBe(2);
    expect(io.stderr.text).toMatch(/\r.\[Kredline: there is no file [^\n]*\n$/s);
  });

  test.each([true, false])('paints only where the terminal has colours: %s', async (hasColors) => {
    const io = desk(hasColors);
    await run(['compare', original, original, '-o', out], io);
    await run(['compare', original], io);
    expect((io.stdout.text + io.stderr.text).includes('\x1b[3')).toBe(hasColors);
    expect(io.stderr.text.includes('\x1b[31mredline:\x1b[0m')).toBe(hasColors);
  });

  test.each([
    ['a Word document to it', ['compare', original, original, '-o', '-'], /not written to a terminal/],
    ['a document from it', ['compare', original, '-', '-o', out], /standard input, which is a terminal/],
  ])('does not pass %s', async (_, args, expected) => {
    const io = desk(false);
    expect(await run(args, io)).toBe(2);
    expect(io.stderr.text).toMatch(expected);
  });
});

test('what nobody foresaw is named by its kind and place, never by what it said', async () => {
  const io = desk(false);
  const today = (): Date => {
    throw new TypeError('the confidential clause');
  };
  expect(await run(['compare', original, original, '-o', out], { ...io, today })).toBe(70);
  expect(io.stderr.text).toMatch(/^redline: unexpected TypeError; [^\n]* \(internal\)\n\s+at /);
  expect(io.stderr.text).not.toContain('confidential');
});
