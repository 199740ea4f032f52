import { Readable } from 'node:stream';
import { Command } from 'commander';
import { expect, test } from 'vitest';
import { compareOptions, type GivenOptions } from '../redline/index.ts';
import type { Io } from './io.ts';
import { type OptionFlags, optionsOf, withOptions } from './options.ts';

const sink = { write: (_: unknown, done: () => void): void => done() };
const io: Io = {
  stdin: Object.assign(Readable.from([]), { isTTY: true }),
  stdout: sink,
  stderr: sink,
  today: () => new Date(Date.UTC(2026, 2, 31, 12)),
};
const parsed = (...args: string[]): ReturnType<typeof optionsOf> =>
  optionsOf(withOptions(new Command()).parse(args, { from: 'user' }).opts<OptionFlags>(), io);

test.each<[string[], GivenOptions]>([
  [[], {}],
  [['--granularity', 'character'], { granularity: 'character' }],
  [['--ignore', 'case, headers-and-footers'], { ignore: { case: true, headersAndFooters: true } }],
  [['--no-moves'], { moves: { enabled: false } }],
  [['--least-move', '9'], { moves: { leastWords: 9 } }],
  [['--tracked', 'preserve'], { tracked: 'preserve' }],
  [['--metadata', 'remove'], { metadata: 'remove' }],
])('%j', (args, given) => {
  expect(parsed(...args)).toEqual(compareOptions({ date: '2026-03-31T12:00:00Z', ...given }));
});

test.each<[string[], RegExp]>([
  [['--granularity', 'line'], /--granularity is one of word, character/],
  [['--ignore', 'colour'], /--ignore takes case, whitespace, .*headers-and-footers/],
  [['--ignore', ''], /--ignore takes/],
  [['--least-move', '0'], /--least-move is a number of words from 1 to 1000/],
  [['--least-move', '1001'], /--least-move/],
  [['--least-move', '2.5'], /--least-move/],
  [['--metadata', 'mine'], /--metadata is one of original, modified, remove/],
])('%j is refused', (args, message) => {
  expect(() => parsed(...args)).toThrow(
    expect.objectContaining({ code: 'usage', message: expect.stringMatching(message) }),
  );
});
