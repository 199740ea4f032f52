import type { Clock } from '../kit/index.ts';

/** What decides anything besides the arguments: passed in, so that a run can be repeated to the byte. */
export interface Ambient {
  readonly clock: Clock;
  /** So many bytes that nobody can guess. */
  readonly random: (size: number) => Uint8Array;
  /** Resolves after so many milliseconds. */
  readonly pause: (ms: number) => Promise<void>;
}

/** 128 random bits behind a letter that says of what: document, content, operation, upload, part of an upload. */
export function newId(letter: 'd' | 'g' | 'c' | 'o' | 'u' | 'p', random: Ambient['random']): string {
  return `${letter}_${Buffer.from(random(16)).toString('hex')}`;
}

/** ISO 8601 in UTC. */
export function isoTime(clock: Clock): string {
  return new Date(clock()).toISOString();
}
