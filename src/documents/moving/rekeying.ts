import { decodeBinaryJson, encodeBinaryJson } from '../binary-json.ts';
import { keyContext } from '../data-keys.ts';
import { isOwn } from '../document-keys.ts';
import { DocumentsError } from '../errors.ts';
import { unwrapHead, wrapHead } from '../head-envelope.ts';
import type { KeyService, WrappedKey } from '../key-service.ts';

/** The keys of a tenant in one region, and those of the other. */
export interface KeyChange {
  readonly tenant: string;
  readonly from: Pick<KeyService, 'unwrap'>;
  readonly to: Pick<KeyService, 'wrap'>;
}

/** Kinds of objects whose key the tenant's key wraps, and what that is bound to. Those of documents have keys of their own. */
const SEALED: Readonly<Record<string, (rest: readonly string[]) => readonly [id: string, purpose: string]>> =
  {
    records: (rest) => [rest.join(':'), 'record'],
    persons: (rest) => [rest.join(':'), 'record'],
    evidence: (rest) => [rest.join(':'), 'evidence'],
    links: () => ['links', 'links'],
    operations: (rest) => [rest.join(':'), 'operation'],
    inputs: (rest) => [rest.join(':'), 'input'],
  };
/** Kinds that hold no key of the tenant's: sealed under keys of documents, or not secret. */
const PLAIN = ['heads', 'pages', 'contents', 'below', 'journal', 'events', 'outbox', 'intents'];

/** Whether an object is kept as it is, byte by byte. */
export function isVerbatim(name: string): boolean {
  return PLAIN.includes(kindIn(name));
}

/**
 * An object as it is to be in the other region: what the tenant's key wrapped is wrapped by the one there.
 *
 * @returns `null` for an earlier state that no key there could open.
 * @throws {DocumentsError} `tenants/not-movable` for kinds that this code does not know.
 */
export async function rekeyed(
  name: string,
  bytes: Uint8Array,
  change: KeyChange,
): Promise<Uint8Array | null> {
  const [kind = '', , ...rest] = name.split('/');
  const sealed = SEALED[kind];
  if (sealed !== undefined) {
    const [id, purpose] = sealed(rest);
    const context = keyContext({ tenant: change.tenant, document: id, version: purpose, purpose });
    const { wrapped, sealed: body } = unwrapHead(bytes);
    return wrapHead(await wrappedThere(wrapped, context, change), body);
  }
  if (kind === 'secrets') return await secretThere(rest[0] ?? '', bytes, change);
  if (kind === 'heads') return isOwn(unwrapHead(bytes).wrapped) ? bytes : null;
  if (PLAIN.includes(kind)) return bytes;
  throw new DocumentsError(
    'tenants/not-movable',
    `Nobody knows how objects of the kind "${kind}" are moved.`,
  );
}

async function wrappedThere(
  wrapped: WrappedKey,
  context: Uint8Array,
  { tenant, from, to }: KeyChange,
): Promise<WrappedKey> {
  const key = await from.unwrap(tenant, wrapped, context);
  try {
    return await to.wrap(tenant, key, context);
  } finally {
    key.fill(0);
  }
}

interface Secret {
  readonly format: number;
  readonly keys: readonly { readonly id: string; readonly wrapped: WrappedKey }[];
}

async function secretThere(document: string, bytes: Uint8Array, change: KeyChange): Promise<Uint8Array> {
  // What it is `DocumentKeys` looks at before it uses it.
  const secret = decodeBinaryJson(bytes) as Secret;
  const keys: Secret['keys'][number][] = [];
  for (const { id, wrapped } of secret.keys) {
    const context = keyContext({ tenant: change.tenant, document, version: id, purpose: 'document' });
    keys.push({ id, wrapped: await wrappedThere(wrapped, context, change) });
  }
  return encodeBinaryJson({ ...secret, keys });
}

function kindIn(name: string): string {
  return name.slice(0, name.indexOf('/'));
}
