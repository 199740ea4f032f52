import type { OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { NewRedline } from '../../documents/index.ts';
import {
  type AskedSide,
  COMBINATION,
  type CombinationRequest,
  type EnginePlace,
  keptCombination,
  redlineName,
} from '../../jobs/index.ts';
import { RedlineError } from '../../redline/index.ts';
import { signalOf } from '../arriving.ts';
import { changeOf } from '../conditions.ts';
import { isJson, shortBody } from '../intake.ts';
import { answerLater, isForLater } from '../later.ts';
import { parseOptions } from '../options.ts';
import { answerCreated } from '../redline-answers.ts';
import { JSON_TYPE } from '../responses.ts';
import type { HttpEnv, HttpServices } from '../services.ts';
import { type SentFile, type Side, SideReader } from '../sides.ts';
import { type FormSpec, readUpload } from '../upload.ts';
import type { UploadShare } from '../upload-memory.ts';
import { withPlace } from '../work.ts';
import { combinationOptions, combineOperation, copyInput, MOST_COPIES } from './edit.ts';
import * as api from './redline-api.ts';

const FORM: FormSpec<{ readonly base?: Uint8Array; readonly copies?: readonly Uint8Array[] }> = {
  files: [
    { name: 'base', role: 'original', optional: true },
    { name: 'copies', role: 'modified', most: MOST_COPIES, optional: true },
  ],
  optionsBytes: 16 * 1024,
};

type Asked = z.output<typeof api.newCombinationSchema>;

interface Task {
  readonly document: string;
  readonly asked: Asked;
  readonly base: SentFile | undefined;
  readonly copies: readonly SentFile[];
}

/** Several reviewers' copies of one base, as one redline that is kept. */
export function addCombinationRoutes(app: OpenAPIHono<HttpEnv>, services: HttpServices): void {
  app.openAPIRegistry.register('NewCombination', api.newCombinationSchema);
  app.openAPIRegistry.registerPath(api.createCombination);
  app.post('/v1/documents/:id/redlines/combinations', async (c) => {
    const document = c.req.param('id');
    return await withPlace(services, async (place, share) => {
      const task = { document, ...(await askedOf(c, share)) };
      if (isForLater(c, 0)) return await combineLater(c, services, task, share);
      const make = () => combineSides(c, services, task, place, share);
      return answerCreated(c, (await services.library.redlines.create(changeOf(c), document, make)).stored);
    });
  });
}

/** What the request says, and the files in it. */
async function askedOf(c: Context<HttpEnv>, share: UploadShare): Promise<Omit<Task, 'document'>> {
  if (isJson(c)) {
    return { asked: parseOptions(api.newCombinationSchema, await shortBody(c)), base: undefined, copies: [] };
  }
  const { inputs, named, options, size } = await readUpload(c, FORM, share);
  c.set('bytesIn', size);
  const asked = parseOptions(api.newCombinationSchema, options);
  const { base, copies = [] } = inputs;
  if (base !== undefined && asked.base !== undefined) {
    throw new RedlineError('options/invalid', 'The base is both a file and in the options.');
  }
  return {
    asked,
    base: base === undefined ? undefined : { bytes: base, name: named.base?.[0] },
    copies: copies.map((bytes, at) => ({ bytes, name: named.copies?.[at] })),
  };
}

/** Has a worker do it: versions are pinned now, what came with the request or by an upload is kept until then. */
async function combineLater(
  c: Context<HttpEnv>,
  services: HttpServices,
  task: Task,
  share: UploadShare,
): Promise<Response> {
  const { document, asked } = task;
  const { actor, operation } = changeOf(c);
  await services.library.documents.get(actor, document, { permission: 'document.edit' });
  const { base, copies } = await sidesOf(c, services, task, share);
  const request: CombinationRequest = {
    base: askedSide(base, 'base'),
    copies: copies.map((one, at) => askedSide(one, copyInput(at))),
    options: combinationOptions(asked.options),
    keep: { document, name: asked.name ?? null, operation },
  };
  const sides = [['base', base] as const, ...copies.map((one, at) => [copyInput(at), one] as const)];
  const sent = sides.filter(([, { compared }]) => compared.document === null);
  const inputs = Object.fromEntries(sent.map(([input, { bytes }]) => [input, bytes]));
  const named = sides.flatMap(([, { compared }]) => compared.document ?? []);
  const documents = [...new Set([document, ...named])];
  return await answerLater(c, services, { kind: COMBINATION, request, documents }, inputs);
}

/** @param input what it is called when it is sent with the operation. */
function askedSide({ compared: { document, version, name } }: Side, input: string): AskedSide {
  return document === null || version === null ? { input, name } : { document, version, name };
}

async function sidesOf(
  c: Context<HttpEnv>,
  services: HttpServices,
  { document, asked, base, copies: files }: Task,
  share: UploadShare,
): Promise<{ readonly base: Side; readonly copies: readonly Side[] }> {
  const wanted = [...asked.copies, ...files];
  if (wanted.length < 1 || wanted.length > MOST_COPIES) {
    throw new RedlineError('options/invalid', `Name or send 1 to ${MOST_COPIES} copies.`);
  }
  const reader = new SideReader(c, services, document, share);
  const original = await reader.read(base ?? asked.base ?? {});
  const copies: Side[] = [];
  for (const one of wanted) copies.push(await reader.read(one));
  return { base: original, copies };
}

async function combineSides(
  c: Context<HttpEnv>,
  services: HttpServices,
  task: Task,
  place: EnginePlace,
  share: UploadShare,
): Promise<NewRedline> {
  const { asked } = task;
  const { base: original, copies } = await sidesOf(c, services, task, share);
  const options = combineOperation.toOptions(asked.options, services.clock(), JSON_TYPE);
  const inputs = { base: original.bytes, copies: copies.map(({ bytes }) => bytes) };
  const signal = signalOf(c);
  const combined = await place.run('combine', inputs, options, signal);
  return {
    ...keptCombination(combined, original, copies, options),
    name: asked.name ?? redlineName(original.compared.name),
    examine: services.examiner.made(
      [original, ...copies].map(({ scanned }) => scanned),
      signal,
    ),
  };
}
