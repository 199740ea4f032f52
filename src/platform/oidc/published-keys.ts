import { z } from 'zod';
import type { IssuerKeys, KeySet } from '../../access/index.ts';
import { OutsideError } from '../../kit/index.ts';

const PORT = 'IssuerKeys';
const MS_A_REQUEST = 5000;
/** Google's set has 2 kB. */
const MOST_BYTES = 200_000;

const metadataSchema = z.object({
  issuer: z.string(),
  jwks_uri: z.url(),
  backchannel_logout_supported: z.boolean().optional(),
});
const setSchema = z.object({ keys: z.array(z.looseObject({ kty: z.string() })) });

/** What an issuer publishes below its discovery document (OpenID Connect Discovery § 4, RFC 7517). */
export class PublishedKeys implements IssuerKeys {
  readonly issuer: string;

  constructor(issuer: string) {
    this.issuer = issuer;
  }

  async fetch(): Promise<KeySet> {
    const base = this.issuer.replace(/\/$/, '');
    const metadata = metadataSchema.safeParse(await read(`${base}/.well-known/openid-configuration`));
    if (!metadata.success || metadata.data.issuer !== this.issuer) throw unusable();
    const { jwks_uri: address, backchannel_logout_supported: announcesLogout = false } = metadata.data;
    // What came over TLS may not send us elsewhere without it.
    if (new URL(address).protocol !== new URL(this.issuer).protocol) throw unusable();
    const set = setSchema.safeParse(await read(address));
    if (!set.success) throw unusable();
    return { keys: set.data.keys, announcesLogout };
  }
}

async function read(address: string): Promise<unknown> {
  try {
    const signal = AbortSignal.timeout(MS_A_REQUEST);
    const answer = await fetch(address, {
      signal,
      redirect: 'error',
      headers: { accept: 'application/json' },
    });
    const text = await answer.text();
    if (!answer.ok || text.length > MOST_BYTES) throw unusable();
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof OutsideError) throw error;
    throw unusable(error);
  }
}

function unusable(cause?: unknown): OutsideError {
  return new OutsideError(
    PORT,
    'unavailable',
    'The issuer of identity tokens does not say which keys it has.',
    {
      cause,
    },
  );
}
