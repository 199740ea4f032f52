import { describe, expect, test } from 'vitest';
import { isGuessable } from './guessable.ts';

const OWNER = ['ada.lovelace@example.com', 'Ada Lovelace'];

describe('a password', () => {
  test.each([
    ['that many have', 'iloveyou1234'],
    ['that many have, and a year', 'Password2026!'],
    ['with letters as digits', 'P@ssw0rd2024!'],
    ['said twice', 'letmeinletmein'],
    ['of one letter', 'aaaaaaaaaaaa'],
    ['of one letter, at any length', 'a'.repeat(200)],
    ['of a row of keys', 'qwertyuiop[]'],
    ['of keys in turns', '1q2w3e4r5t6y'],
    ['that counts', '1234567890123'],
    ['of the name', 'adalovelace1'],
    ['of the name, backwards', 'ecalevol-ada'],
    ['of the address', 'ada.lovelace@example.com'],
    ['of the service', 'Redline2026!!'],
  ])('%s is guessed', async (_, password) => {
    expect(await isGuessable(password, OWNER)).toBe(true);
  });

  test.each([
    ['of some words', 'a redline is not a road'],
    ['of some words, one of them known', 'another password of mine'],
    ['that a machine drew', 'kq7vhz2mxw4p'],
    ['of another language', 'žluťoučký kůň úpěl'],
    ['in other letters', '正确的马电池订书钉很长的'],
    ['that is long, with a weak end', `${'xk4vq9 mz2 pt8 wr5 '.repeat(5)}${'a'.repeat(64)}`],
  ])('%s is not', async (_, password) => {
    expect(await isGuessable(password, OWNER)).toBe(false);
  });
});
