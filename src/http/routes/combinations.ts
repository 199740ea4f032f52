import type { OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { NewRedline } from '../../documents/index.ts';
import { type EnginePlace, type OperationResult, redlineName } from '../../jobs/index.ts';
import { RedlineError } from '../../redline/index.ts';
import { signalOf } from '../arriving.ts';
import { changeOf } from '../conditions.ts';
import { isJson, shortBody } from '../intake.ts';
import { parseOptions } from '../options.ts';
import { answerCreated } from '../redline-answers.ts';
import { JSON_TYPE } from '../responses.ts';
import type { HttpEnv, HttpServices } from '../services.ts';
import { type SentFile, type Side, SideReader } from '../sides.ts';
import { type FormSpec, readUpload } from '../upload.ts';
import type { UploadShare } from '../upload-memory.ts';
import { withPlace } from '../work.ts';
import { combineOperation, MOST_COPIES } from './edit.ts';
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

async function combineSides(
  c: Context<HttpEnv>,
  services: HttpServices,
  { document, asked, base, copies: files }: Task,
  place: EnginePlace,
  share: UploadShare,
): Promise<NewRedline> {
  const wanted = [...asked.copies, ...files];
  if (wanted.length < 1 || wanted.length > MOST_COPIES) {
    throw new RedlineError('options/invalid', `Name or send 1 to ${MOST_COPIES} copies.`);
  }
  const reader = new SideReader(c, services, document, share);
  const original = await reader.read(base ?? asked.base ?? {});
  const copies: Side[] = [];
  for (const one of wanted) copies.push(await reader.read(one));
  const options = combineOperation.toOptions(asked.options, services.clock(), JSON_TYPE);
  const inputs = { base: original.bytes, copies: copies.map(({ bytes }) => bytes) };
  const signal = signalOf(c);
  const combined = await place.run('combine', inputs, options, signal);
  return {
    ...describeCombination(combined, original, copies, options),
    name: asked.name ?? redlineName(original.compared.name),
    examine: services.examiner.made(
      [original, ...copies].map(({ scanned }) => scanned),
      signal,
    ),
  };
}

function describeCombination(
  { document, report }: OperationResult<'combine'>,
  original: Side,
  copies: readonly Side[],
  options: object,
): Omit<NewRedline, 'name' | 'examine'> {
  const { conflicts, movesDissolved, verification } = report;
  return {
    document,
    result: report,
    counts: { copies: copies.length, conflicts: conflicts.length },
    facts: {
      kind: 'combined',
      original: original.compared,
      modified: copies.map(({ compared }) => compared),
      options,
      summary: { exact: verification.exact, conflicts: conflicts.length, movesDissolved },
    },
  };
}
