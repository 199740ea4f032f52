import { crc32 } from 'node:zlib';
import type { RandomBytes } from '../../kit/index.ts';

/** `test`: for trying things out; it reaches nothing that is kept. */
export type KeyMode = 'live' | 'test';

/** A key in its parts: `rl_MODE_` and 60 letters and digits: 16 of id, 38 of secret, 6 of checksum. */
export interface KeyParts {
  readonly mode: KeyMode;
  /** Stands in lists and logs; no secret. */
  readonly id: string;
  /** 226 random bits. */
  readonly secret: string;
}

const LETTERS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** Those that names of records may have. */
const ID_LETTERS = '0123456789abcdefghijklmnopqrstuvwxyz';
const ID_LENGTH = 16;
const SECRET_LENGTH = 38;
const CHECKSUM_LENGTH = 6;
const KEY = new RegExp(
  `^(rl_(live|test)_([0-9a-z]{${ID_LENGTH}})([0-9A-Za-z]{${SECRET_LENGTH}}))([0-9A-Za-z]{${CHECKSUM_LENGTH}})$`,
);

export function newKeyId(random: RandomBytes): string {
  return pick(ID_LETTERS, ID_LENGTH, random);
}

export function newKeySecret(random: RandomBytes): string {
  return pick(LETTERS, SECRET_LENGTH, random);
}

/** The key as it is shown, once. Its checksum lets scanners for leaked secrets, and us, tell it from noise without asking. */
export function writeKey({ mode, id, secret }: KeyParts): string {
  const body = `rl_${mode}_${id}${secret}`;
  return body + checksumOf(body);
}

/** `null` for what is no key, or not one as it was written. */
export function readKey(text: string): KeyParts | null {
  const [, body, mode, id, secret, checksum] = KEY.exec(text) ?? [];
  if (body === undefined || id === undefined || secret === undefined) return null;
  if (mode !== 'live' && mode !== 'test') return null;
  return checksum === checksumOf(body) ? { mode, id, secret } : null;
}

function checksumOf(body: string): string {
  let rest = crc32(body);
  let text = '';
  for (let n = 0; n < CHECKSUM_LENGTH; n += 1) {
    text = (LETTERS[rest % LETTERS.length] ?? '') + text;
    rest = Math.floor(rest / LETTERS.length);
  }
  return text;
}

/** Every letter is as likely as any other: bytes that would favour some are thrown away. */
function pick(letters: string, length: number, random: RandomBytes): string {
  const fair = 256 - (256 % letters.length);
  let text = '';
  while (text.length < length) {
    for (const byte of random(length)) {
      if (byte < fair && text.length < length) text += letters[byte % letters.length];
    }
  }
  return text;
}
