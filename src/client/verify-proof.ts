import { isProofFile, LEAF_BYTES, type ProofFile, type ProofKey } from './proof-file.ts';

// The proof of one event of the audit trail, checked with nothing but the proof: in a browser or in Node, by WebCrypto. It shares no
// code with what makes proofs. docs/audit.md says what stands in one.

/** What a proof shows, once it is good. */
export interface ProvenEvent {
  readonly event: ProofFile['event'];
  /** When the checkpoint was signed that holds the event; ISO 8601. */
  readonly signedAt: string;
  /** The id of the first key: to be compared with the one that was noted when the service began. */
  readonly root: string;
}

/**
 * `form`: it is no proof. `event`: the event is not what its own hash says. `place`: it is not the one that the checkpoint holds there.
 * `checkpoint`: that is not what was signed. `keys`: they do not vouch for one another. `root`: another first key than the trusted one.
 */
export type ProofFault = 'form' | 'event' | 'place' | 'checkpoint' | 'keys' | 'root';

export type ProofVerdict =
  | { readonly fault: null; readonly proven: ProvenEvent }
  | { readonly fault: ProofFault; readonly proven: null };

/** SubjectPublicKeyInfo of an Ed25519 key, but for its 32 bytes (RFC 8410 § 4). */
const ED25519 = [48, 42, 48, 5, 6, 3, 43, 101, 112, 3, 33, 0];
const KEY_BYTES = ED25519.length + 32;
/** Hexadecimal digits of the id of a key. */
const ID_DIGITS = 32;

/**
 * Whether an event stood where the proof says.
 *
 * @param given the proof as JSON says it.
 * @param trusted the id of the first key, where somebody noted it.
 * @throws {DOMException} `NotSupportedError` where there is no Ed25519 (RFC 8032) in WebCrypto.
 */
export async function verifyProof(given: unknown, trusted?: string): Promise<ProofVerdict> {
  if (!isProofFile(given)) return { fault: 'form', proven: null };
  const { event, checkpoint, keys } = given;
  const ids = await Promise.all(keys.map(({ publicKey }) => idOf(publicKey)));
  const [root = ''] = ids;
  const fault = await faultOf(given, ids, trusted);
  if (fault !== null) return { fault, proven: null };
  return { fault: null, proven: { event, signedAt: checkpoint.at, root } };
}

async function faultOf(
  given: ProofFile,
  ids: readonly string[],
  trusted: string | undefined,
): Promise<ProofFault | null> {
  const { hash, ...said } = given.event;
  if ((await hexOf(textBytes(canonical(said)))) !== hash) return 'event';
  if (!(await isInPlace(given))) return 'place';
  const { signature, ...signed } = given.checkpoint;
  const signer = given.keys.at(-1);
  if (signer === undefined || ids.at(-1) !== signed.key) return 'checkpoint';
  if (!(await holds(signed, signature, signer.publicKey))) return 'checkpoint';
  if (!(await areVouched(given.keys, ids))) return 'keys';
  return trusted !== undefined && trusted !== ids[0] ? 'root' : null;
}

/** Whether the way from the event leads up to what the checkpoint says, as RFC 9162 § 2.1.3.2 goes. */
async function isInPlace({ event, path, checkpoint }: ProofFile): Promise<boolean> {
  const { tenant, first, last, root } = checkpoint;
  if (event.tenant !== tenant || event.sequence < first || event.sequence > last) return false;
  let at = event.sequence - first;
  let width = last - first + 1;
  let node = await sha256(Uint8Array.of(0), hexBytes(event.hash).slice(0, LEAF_BYTES));
  const left = [...path];
  for (; width > 1; width = Math.ceil(width / 2), at = Math.floor(at / 2)) {
    const isRight = at % 2 === 1;
    if (!isRight && at + 1 === width) continue;
    const beside = left.shift();
    if (beside === undefined) return false;
    const pair = isRight ? [hexBytes(beside), node] : [node, hexBytes(beside)];
    node = await sha256(Uint8Array.of(1), ...pair);
  }
  const isEnd = event.sequence !== last || event.hash === checkpoint.hash;
  return left.length === 0 && hexText(node) === root && isEnd;
}

async function areVouched(keys: readonly ProofKey[], ids: readonly string[]): Promise<boolean> {
  for (const [at, { publicKey, vouched }] of keys.entries()) {
    const before = keys[at - 1];
    const isFirst = before === undefined;
    if (isFirst !== (vouched === null)) return false;
    if (isFirst || vouched === null) continue;
    const said = { id: ids[at] ?? '', publicKey, at: vouched.at };
    if (!(await holds(said, vouched.signature, before.publicKey))) return false;
  }
  return true;
}

async function idOf(publicKey: string): Promise<string> {
  return (await hexOf(base64Bytes(publicKey))).slice(0, ID_DIGITS);
}

async function holds(
  said: Readonly<Record<string, string | number | null>>,
  signature: string,
  publicKey: string,
): Promise<boolean> {
  const bytes = base64Bytes(publicKey);
  if (bytes.length !== KEY_BYTES || ED25519.some((byte, at) => bytes[at] !== byte)) return false;
  const key = await crypto.subtle.importKey('raw', bytes.slice(ED25519.length), 'Ed25519', false, ['verify']);
  return await crypto.subtle.verify('Ed25519', key, base64Bytes(signature), textBytes(canonical(said)));
}

/** Canonical JSON (RFC 8785) of what holds no object. */
function canonical(said: Readonly<Record<string, string | number | null>>): string {
  const names = Object.keys(said).sort();
  return JSON.stringify(Object.fromEntries(names.map((name) => [name, said[name]])));
}

type Bytes = Uint8Array<ArrayBuffer>;

async function sha256(...pieces: readonly Bytes[]): Promise<Bytes> {
  const whole = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return new Uint8Array(await crypto.subtle.digest('SHA-256', whole));
}

async function hexOf(bytes: Bytes): Promise<string> {
  return hexText(await sha256(bytes));
}

function hexText(bytes: Bytes): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function hexBytes(text: string): Bytes {
  return Uint8Array.from({ length: text.length / 2 }, (_, at) =>
    Number.parseInt(text.slice(at * 2, at * 2 + 2), 16),
  );
}

function base64Bytes(text: string): Bytes {
  return Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
}

function textBytes(text: string): Bytes {
  return new TextEncoder().encode(text);
}
