import type { Context } from 'hono';
import type { EnginePlace } from '../jobs/index.ts';
import { RequestError } from './errors.ts';
import { negotiate } from './negotiate.ts';
import type { HttpEnv, HttpServices } from './services.ts';
import { type FormSpec, readUpload, type Upload } from './upload.ts';
import type { UploadShare } from './upload-memory.ts';

/**
 * Reads a form and works on it in the pool. A place is taken before the upload is read, so that a full service says so
 * at once; the place and the memory of the upload are given back whatever happens.
 */
export async function withUpload<Inputs, Result>(
  c: Context<HttpEnv>,
  services: HttpServices,
  spec: FormSpec<Inputs>,
  work: (upload: Upload<Inputs>, place: EnginePlace) => Promise<Result>,
): Promise<Result> {
  return await withPlace(services, async (place, share) => {
    const upload = await readUpload(c, spec, share);
    c.set('bytesIn', upload.size);
    return await work(upload, place);
  });
}

/** A place in the pool and a part of the memory for documents, both given back whatever happens. */
export async function withPlace<Result>(
  { pool, uploads }: HttpServices,
  work: (place: EnginePlace, share: UploadShare) => Promise<Result>,
): Promise<Result> {
  const place = pool.reserve();
  const share = uploads.open();
  try {
    return await work(place, share);
  } finally {
    share.release();
    place.release();
  }
}

/** @throws {RequestError} `request/not-acceptable` when the header `Accept` takes none of the media types. */
export function choose<Offer extends string>(c: Context<HttpEnv>, offers: readonly Offer[]): Offer {
  const chosen = negotiate(c.req.header('accept'), offers);
  if (chosen !== null) return chosen;
  throw new RequestError('request/not-acceptable', `The result can be had as ${offers.join(' or ')}.`);
}
