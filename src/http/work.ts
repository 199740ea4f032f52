import type { Context } from 'hono';
import type { EnginePlace } from '../jobs/index.ts';
import { RequestError } from './errors.ts';
import { isForLater } from './later.ts';
import { negotiate } from './negotiate.ts';
import type { HttpEnv, HttpServices } from './services.ts';
import { type FormSpec, readUpload, type Upload } from './upload.ts';
import type { UploadShare } from './upload-memory.ts';

/** What becomes of a form. */
interface Uses<Inputs> {
  readonly now: (upload: Upload<Inputs>, place: EnginePlace) => Promise<Response>;
  /** What takes the same as work to be done later; missing where that is not offered. */
  readonly later?: ((upload: Upload<Inputs>) => Promise<Response>) | undefined;
}

/**
 * Reads a form and works on it in the pool, or has that done later. A place is taken before the upload is read, so that a full service
 * says so at once, unless it is asked for later; the place and the memory of the upload are given back whatever happens.
 */
export async function withUpload<Inputs>(
  c: Context<HttpEnv>,
  services: HttpServices,
  spec: FormSpec<Inputs>,
  { now, later }: Uses<Inputs>,
): Promise<Response> {
  const read = async (share: UploadShare): Promise<Upload<Inputs>> => {
    const upload = await readUpload(c, spec, share);
    c.set('bytesIn', upload.size);
    return upload;
  };
  if (later !== undefined && isForLater(c, 0)) {
    return await withMemory(services, async (share) => await later(await read(share)));
  }
  return await withPlace(services, async (place, share) => {
    const upload = await read(share);
    return await (later !== undefined && isForLater(c, upload.size) ? later(upload) : now(upload, place));
  });
}

/** A place in the pool and a part of the memory for documents, both given back whatever happens. */
export async function withPlace<Result>(
  services: HttpServices,
  work: (place: EnginePlace, share: UploadShare) => Promise<Result>,
): Promise<Result> {
  const place = services.pool.reserve();
  try {
    return await withMemory(services, (share) => work(place, share));
  } finally {
    place.release();
  }
}

async function withMemory<Result>(
  { uploads }: HttpServices,
  work: (share: UploadShare) => Promise<Result>,
): Promise<Result> {
  const share = uploads.open();
  try {
    return await work(share);
  } finally {
    share.release();
  }
}

/** @throws {RequestError} `request/not-acceptable` when the header `Accept` takes none of the media types. */
export function choose<Offer extends string>(c: Context<HttpEnv>, offers: readonly Offer[]): Offer {
  const chosen = negotiate(c.req.header('accept'), offers);
  if (chosen !== null) return chosen;
  throw new RequestError('request/not-acceptable', `The result can be had as ${offers.join(' or ')}.`);
}
