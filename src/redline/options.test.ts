import { describe, expect, test } from 'vitest';
import { compareOptions, DEFAULT_OPTIONS, type GivenOptions } from './options.ts';

describe('options', () => {
  test('that are left out have their defaults', () => {
    expect(compareOptions()).toEqual(DEFAULT_OPTIONS);
    expect(compareOptions({ ignore: { case: true }, moves: { leastWords: 9 } })).toEqual({
      ...DEFAULT_OPTIONS,
      ignore: { ...DEFAULT_OPTIONS.ignore, case: true },
      moves: { enabled: true, leastWords: 9 },
    });
  });

  test.each<[string, unknown, RegExp]>([
    ['an empty author', { author: ' ' }, /author is a name/],
    ['an author that is no text', { author: 7 }, /author is a name/],
    ['an author beyond the bound', { author: 'x'.repeat(256) }, /255/],
    ['a control character', { author: 'a\u0000b' }, /control characters/],
    ['a day without a time', { date: '2026-01-01' }, /date is a moment/],
    ['a month that is none', { date: '2026-13-01T00:00:00Z' }, /date is a moment/],
    ['another granularity', { granularity: 'line' }, /granularity is one of word, character/],
    ['another way to treat changes', { tracked: 'keep' }, /tracked is one of accept, reject, preserve/],
    ['other metadata', { metadata: '' }, /metadata is one of/],
    ['an aspect that is none', { ignore: { colour: true } }, /ignore\.colour is no option/],
    ['an aspect that is no flag', { ignore: { case: 1 } }, /ignore\.case is true or false/],
    ['moves that are no flag', { moves: { enabled: 'no' } }, /moves\.enabled is true or false/],
    [
      'a move of no words',
      { moves: { leastWords: 0 } },
      /moves\.leastWords is a whole number from 1 to 1000/,
    ],
    ['a move of half a word', { moves: { leastWords: 2.5 } }, /moves\.leastWords/],
    ['a limit of nothing', { limits: { entries: 0 } }, /limits\.entries/],
    ['a limit that is none', { limits: { pages: 3 } }, /limits\.pages is no option/],
    ['a name that is none', { colour: 'red' }, /colour is no option/],
  ])('refuse %s', (_, given, message) => {
    expect(() => compareOptions(given as GivenOptions)).toThrow(
      expect.objectContaining({ code: 'options/invalid', message: expect.stringMatching(message) }),
    );
  });
});
