import type { OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { DocumentsError, type NewRedline } from '../../documents/index.ts';
import {
  type AskedSide,
  COMPARISON,
  type ComparisonRequest,
  type EnginePlace,
  keptComparison,
  redlineName,
} from '../../jobs/index.ts';
import { compareOptions, type Report } from '../../redline/index.ts';
import { signalOf } from '../arriving.ts';
import { authorOf } from '../author.ts';
import { actorOf, changeOf, changeOfDocument, isKnown } from '../conditions.ts';
import { etagOf } from '../document-views.ts';
import { RequestError } from '../errors.ts';
import { isJson, shortBody } from '../intake.ts';
import { answerLater, isForLater } from '../later.ts';
import { parseOptions, wordDate } from '../options.ts';
import { decodePageToken, encodePageToken } from '../page-token.ts';
import { answerChanged, answerCreated } from '../redline-answers.ts';
import { newRedlineSchema } from '../redline-schemas.ts';
import { viewRedline, viewRedlineEntry } from '../redline-views.ts';
import type { certificateSchema } from '../schemas.ts';
import type { HttpEnv, HttpServices } from '../services.ts';
import { type SentFile, type Side, SideReader } from '../sides.ts';
import { type FormSpec, readUpload } from '../upload.ts';
import type { UploadShare } from '../upload-memory.ts';
import { withPlace } from '../work.ts';
import { addCombinationRoutes } from './combinations.ts';
import { addKeptChanges } from './kept-changes.ts';
import { addKeptReadings } from './kept-readings.ts';
import * as api from './redline-api.ts';
import { REDLINE_PLACE } from './version-api.ts';
import { addVersionRoutes } from './versions.ts';

const FRESH = { 'Cache-Control': 'private, no-cache' };
const FORM: FormSpec<{ readonly original?: Uint8Array; readonly modified?: Uint8Array }> = {
  files: [
    { name: 'original', role: 'original', optional: true },
    { name: 'modified', role: 'modified', optional: true },
  ],
  optionsBytes: 16 * 1024,
};
/** Redlines that are kept with a document. */
export function addRedlineRoutes(app: OpenAPIHono<HttpEnv>, services: HttpServices): void {
  const { library } = services;
  const redlines = (c: Context<HttpEnv>) => library.redlines.of(actorOf(c), c.req.param('id') ?? '');
  const change = (c: Context<HttpEnv>) => changeOfDocument(c, c.req.param('redline') ?? '');
  app.openAPIRegistry.register('NewRedline', newRedlineSchema);
  app.openAPIRegistry.registerPath(api.createRedline);
  app.post('/v1/documents/:id/redlines', (c) => createRedline(c, services));
  addCombinationRoutes(app, services);
  app.openapi(api.listRedlines, async (c) => {
    const { id: parent } = c.req.valid('param');
    const { pageToken, pageSize: size, order, ...asked } = c.req.valid('query');
    const query = { ...asked, parent, descending: order === 'descending' };
    const after = pageToken === undefined ? {} : { after: decodePageToken(pageToken, query) };
    const { entries, next } = await library.list(actorOf(c), { ...query, size, ...after });
    const nextPageToken = next === null ? null : encodePageToken(next, query);
    return c.json({ redlines: entries.map(viewRedlineEntry), nextPageToken }, 200, FRESH);
  });
  app.openapi(api.getRedline, async (c) => {
    const kept = await redlines(c);
    const stored = await kept.get(actorOf(c), c.req.valid('param').redline, { deleted: true });
    const headers = { ...FRESH, ETag: etagOf(stored.generation) };
    if (isKnown(c.req.header('if-none-match'), headers.ETag)) return c.body(null, 304, headers);
    return c.json(viewRedline(stored), 200, headers);
  });
  app.openapi(api.renameRedline, async (c) =>
    answerChanged(c, await (await redlines(c)).describe(change(c), c.req.valid('json'))),
  );
  app.openapi(api.deleteRedline, async (c) => answerChanged(c, await (await redlines(c)).remove(change(c))));
  app.openapi(api.restoreRedline, async (c) =>
    answerChanged(c, await (await redlines(c)).undelete(change(c))),
  );
  for (const add of [addVersionRoutes, addKeptReadings, addKeptChanges]) add(app, services, REDLINE_PLACE);
  app.openapi(api.getCertificate, async (c) => {
    const kept = await redlines(c);
    const { redline } = c.req.valid('param');
    const { stored, version } = await kept.version(actorOf(c), redline, 1);
    if (stored.head.redline?.kind !== 'compared') {
      throw new DocumentsError('redlines/no-certificate', 'The redline was combined: it has no certificate.');
    }
    // It was written by this service, as the report of a comparison.
    const { certificate } = (await kept.result(actorOf(c), redline, version)) as Report;
    return c.json(certificate as z.output<typeof certificateSchema>, 200, FRESH);
  });
}

type Asked = z.output<typeof newRedlineSchema>;
type Files = Readonly<Partial<Record<'original' | 'modified', SentFile>>>;

async function createRedline(c: Context<HttpEnv>, services: HttpServices): Promise<Response> {
  const document = c.req.param('id') ?? '';
  const { redlines } = services.library;
  return await withPlace(services, async (place, share) => {
    const [asked, files] = await askedOf(c, share);
    const request = { document, asked, files };
    if (isForLater(c, 0)) return await compareLater(c, services, request, share);
    const make = () => compareSides(c, services, request, place, share);
    const { stored } = await redlines.create(changeOf(c), document, make);
    return answerCreated(c, stored);
  });
}

interface AskedRedline {
  readonly document: string;
  readonly asked: Asked;
  readonly files: Files;
}

/** Has a worker do it: versions are pinned now, what came with the request or by an upload is kept until then. */
async function compareLater(
  c: Context<HttpEnv>,
  services: HttpServices,
  given: AskedRedline,
  share: UploadShare,
): Promise<Response> {
  const { document, asked } = given;
  const { actor, operation } = changeOf(c);
  await services.library.documents.get(actor, document, { permission: 'document.edit' });
  const sides = await sidesOf(c, services, given, share);
  const sent = Object.entries(sides).filter(([, { compared }]) => compared.document === null);
  const sideOf = (input: 'original' | 'modified'): AskedSide => {
    const { document: kept, version, name } = sides[input].compared;
    return kept === null || version === null ? { input, name } : { document: kept, version, name };
  };
  const { author = authorOf(c), date, ...others } = asked.options;
  const request: ComparisonRequest = {
    ...{ original: sideOf('original'), modified: sideOf('modified') },
    options: { ...others, author, ...(date === undefined ? {} : { date }) },
    keep: { document, name: asked.name ?? null, operation },
  };
  const named = Object.values(sides).flatMap(({ compared }) => compared.document ?? []);
  const inputs = Object.fromEntries(sent.map(([name, { bytes }]) => [name, bytes]));
  const documents = [...new Set([document, ...named])];
  return await answerLater(c, services, { kind: COMPARISON, request, documents }, inputs);
}

/** What the request says, and the files in it. */
async function askedOf(c: Context<HttpEnv>, share: UploadShare): Promise<[Asked, Files]> {
  if (isJson(c)) return [parseOptions(newRedlineSchema, await shortBody(c)), {}];
  const { inputs, names, options, size } = await readUpload(c, FORM, share);
  c.set('bytesIn', size);
  const asked = parseOptions(newRedlineSchema, options);
  const file = (side: 'original' | 'modified'): Files => {
    const bytes = inputs[side];
    if (bytes === undefined) return {};
    if (asked[side] === undefined) return { [side]: { bytes, name: names[side] } };
    throw new RequestError('request/field-repeated', `"${side}" is both a file and in the options.`);
  };
  return [asked, { ...file('original'), ...file('modified') }];
}

async function sidesOf(
  c: Context<HttpEnv>,
  services: HttpServices,
  { document, asked, files }: AskedRedline,
  share: UploadShare,
): Promise<{ readonly original: Side; readonly modified: Side }> {
  const reader = new SideReader(c, services, document, share);
  const modified = await reader.read(files.modified ?? asked.modified ?? {});
  const original = await reader.read(files.original ?? asked.original ?? reader.before(modified));
  return { original, modified };
}

async function compareSides(
  c: Context<HttpEnv>,
  services: HttpServices,
  given: AskedRedline,
  place: EnginePlace,
  share: UploadShare,
): Promise<NewRedline> {
  const signal = signalOf(c);
  const { asked } = given;
  const { original, modified } = await sidesOf(c, services, given, share);
  const { author = authorOf(c), date = wordDate(services.clock()), ...others } = asked.options;
  const options = compareOptions({ ...others, author, date });
  const inputs = { original: original.bytes, modified: modified.bytes };
  const comparison = await place.run('compare', inputs, options, signal);
  return {
    ...keptComparison(comparison, original, modified),
    name: asked.name ?? redlineName(original.compared.name),
    examine: services.examiner.made([original.scanned, modified.scanned], signal),
  };
}
