import type { Context } from 'hono';
import { DocumentsError, isWord, type SentInputs } from '../documents/index.ts';
import type { AskedSide, BatchPair, BatchRequest } from '../jobs/index.ts';
import { signalOf } from './arriving.ts';
import type { AskedBatch, AskedBatchSide } from './batch-schemas.ts';
import { actorOf } from './conditions.ts';
import { RequestError } from './errors.ts';
import { parseOptions } from './options.ts';
import { assertMayRead, assertMayWrite } from './route-policy.ts';
import { optionsSchema } from './schemas.ts';
import type { HttpEnv, HttpServices } from './services.ts';
import { fileNameOf } from './tus.ts';

/** A file of the form, which is kept already. */
export interface KeptFile {
  readonly name: string;
  /** Under which name it stands with the operation. */
  readonly input: string;
}

/** A file of the form that no pair names would be compared with nothing, and nobody would notice. */
const MOST_NAMED = 3;

/**
 * Puts together what is asked and what was sent: every document is looked for, and every option checked, before anything is
 * begun. What one document is like only its comparison finds out.
 *
 * @throws {RequestError | RedlineError | DocumentsError | AccessError} the first thing that is wrong.
 */
export async function planBatch(
  c: Context<HttpEnv>,
  services: HttpServices,
  asked: AskedBatch,
  files: readonly KeptFile[],
  sent: SentInputs,
): Promise<BatchRequest> {
  const sides = new BatchSides(c, services, files, sent);
  parseOptions(optionsSchema, JSON.stringify(asked.options), 'options');
  const pairs: BatchPair[] = [];
  for (const [index, item] of asked.items.entries()) {
    const place = `items.${index}`;
    const base = item.original ?? asked.base;
    if (base === undefined) throw invalid(`${place}.original`, 'is missing, and the batch has no "base"');
    const original = await sides.find(base, `${place}.original`);
    const modified = await sides.find(item.modified, `${place}.modified`);
    const { date, ...others } = parseOptions(
      optionsSchema,
      JSON.stringify({ ...asked.options, ...item.options }),
      `${place}.options`,
    );
    const options = date === undefined ? others : { ...others, date };
    const keep = (item.keep ?? asked.keep) ? keptWith(original, modified, place) : null;
    if (keep !== null) await assertMayWrite(c, services.library, keep);
    const name = item.name ?? sides.nameOf(modified);
    pairs.push({ name, original, modified, options, keep });
  }
  sides.assertAllNamed();
  const { name = null, priority } = asked;
  return { name, priority, pairs };
}

function keptWith(original: AskedSide, modified: AskedSide, place: string): string {
  if ('document' in original) return original.document;
  if ('document' in modified) return modified.document;
  throw invalid(`${place}.keep`, 'needs a kept document to keep the redline with');
}

/** The documents of one batch, each of which is looked for once. */
class BatchSides {
  readonly #c: Context<HttpEnv>;
  readonly #services: HttpServices;
  readonly #files: ReadonlyMap<string, string>;
  readonly #sent: SentInputs;
  readonly #found = new Map<string, AskedSide>();

  constructor(c: Context<HttpEnv>, services: HttpServices, files: readonly KeptFile[], sent: SentInputs) {
    this.#c = c;
    this.#services = services;
    this.#sent = sent;
    this.#files = new Map(files.map(({ name, input }) => [name, input]));
    if (this.#files.size < files.length || this.#files.has(''))
      throw invalid('files', 'need names, each another one');
  }

  /** @param place in the request, for what is said of it. */
  async find(given: AskedBatchSide, place: string): Promise<AskedSide> {
    const side = typeof given === 'string' ? { file: given } : given;
    const key = JSON.stringify(side);
    const found = this.#found.get(key) ?? (await this.#find(side, place));
    this.#found.set(key, found);
    return found;
  }

  nameOf(side: AskedSide): string {
    return side.name ?? 'Document';
  }

  assertAllNamed(): void {
    const left = [...this.#files.keys()].filter((file) => !this.#found.has(JSON.stringify({ file })));
    if (left.length === 0) return;
    throw invalid('files', `hold what no pair names: ${left.slice(0, MOST_NAMED).join(', ')}`);
  }

  async #find(side: Exclude<AskedBatchSide, string>, place: string): Promise<AskedSide> {
    if ('file' in side) {
      const input = this.#files.get(side.file);
      if (input === undefined) throw invalid(place, 'names a file that is not in the form');
      return { input, name: side.file };
    }
    if ('upload' in side) return await this.#upload(side.upload);
    await assertMayRead(this.#c, this.#services.library, side.document);
    const { documents } = this.#services.library;
    const { stored, version } = await documents.version(actorOf(this.#c), side.document, side.version);
    if (!isWord(version.facts.type))
      throw new DocumentsError('documents/not-word', 'Only Word documents can be compared.');
    const { name } = stored.head;
    return { document: side.document, version: version.number, name };
  }

  async #upload(id: string): Promise<AskedSide> {
    const { uploads } = this.#services.library;
    const actor = actorOf(this.#c);
    const { body } = await uploads.open(actor, id);
    const input = await keepSent(this.#c, this.#services, this.#sent, body);
    return { input, name: fileNameOf((await uploads.find(actor, id)).metadata) ?? 'Document' };
  }
}

/**
 * Keeps what was sent while it arrives, and has it judged.
 *
 * @returns under which name it stands with the operation.
 * @throws {DocumentsError} `documents/infected`. @throws what the body throws.
 */
export async function keepSent(
  c: Context<HttpEnv>,
  { examiner }: HttpServices,
  sent: SentInputs,
  body: AsyncIterable<Uint8Array>,
): Promise<string> {
  const input = await sent.keep(body);
  await examiner.assertHarmless(sent.read(input), signalOf(c));
  return input;
}

function invalid(place: string, why: string): RequestError {
  return new RequestError('request/invalid', `The request is not as it should be. ${place}: ${why}.`);
}
