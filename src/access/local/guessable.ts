/** How many guesses somebody who knows of us may need at least: what 33 random bits need. */
const LEAST_GUESSES = 1e10;
/** UTF-16 units that are looked at: the work grows faster than the length. */
const JUDGED = 64;
/** Whoever guesses knows what they guess for. */
const SERVICE = ['redline', 'password', 'passphrase', 'contract'];

interface Judge {
  check(password: string, words: string[]): { readonly guesses: number };
}

let judge: Promise<Judge> | null = null;

/**
 * Whether a password is one that is guessed early: on lists of those in use, made of the words that are known of its owner,
 * of keys side by side, dates, repetitions, and any of these put together (NIST SP 800-63B § 3.1.1.2).
 *
 * @param words known of the owner: name, address.
 */
export async function isGuessable(password: string, words: readonly string[]): Promise<boolean> {
  judge ??= load();
  const known = [...SERVICE, ...words.flatMap(partsOf)];
  const judging = await judge;
  const parts = password.length <= JUDGED ? [password] : [password.slice(0, JUDGED), password.slice(-JUDGED)];
  return parts.every((part) => judging.check(part, known).guesses < LEAST_GUESSES);
}

/** 11 MB, for those few who set a password. */
async function load(): Promise<Judge> {
  const [{ ZxcvbnFactory }, { adjacencyGraphs, dictionary }] = await Promise.all([
    import('@zxcvbn-ts/core'),
    import('@zxcvbn-ts/language-common'),
  ]);
  return new ZxcvbnFactory({ dictionary, graphs: adjacencyGraphs });
}

/** A word as a whole, and what it is put together of. */
function partsOf(word: string): string[] {
  const parts = word.toLowerCase().split(/[^\p{L}\p{N}]+/u);
  return [word.toLowerCase(), ...parts.filter((part) => part.length > 2)];
}
