import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { bodyOf, signalOf } from '../arriving.ts';
import { actorOf } from '../conditions.ts';
import { begun } from '../content.ts';
import { RequestError } from '../errors.ts';
import { JSON_TYPE, problemResponses } from '../responses.ts';
import type { HttpEnv, HttpServices } from '../services.ts';
import { serve } from './serve.ts';

// Archives of other installations.

const FRESH = { 'Cache-Control': 'no-store' };
const TAR = 'application/x-tar';
const count = z.number().int();
const binary = { [TAR]: { schema: z.string().openapi({ format: 'binary' }) } };

const reportSchema = z
  .object({
    archive: z.string().openapi({ description: 'The id of the export.' }),
    tenant: z.string().openapi({ description: 'That it is of.' }),
    documents: count,
    redlines: count,
    versions: count,
    present: count.openapi({ description: 'Documents and redlines that were here already.' }),
    evidence: count.openapi({ description: 'Files of its audit trail that are kept beside yours.' }),
    membersLeft: count.openapi({ description: 'Members of documents who are nobody here.' }),
    whole: z.boolean().openapi({
      description:
        'Whether its list, its manifest and its signature were looked at, and held. A piece of an archive has none.',
    }),
    key: z.string().nullable().openapi({ description: 'Which key signed it; `null` where none did.' }),
    renamed: z.array(z.object({ from: z.string(), to: z.string() })),
  })
  .openapi('ImportReport');

const makeImport = createRoute({
  method: 'post',
  path: '/v1/imports',
  summary: 'Take an archive of an export in; for administrators, and keys with `portability:manage`',
  description:
    'The body is an archive, or its first file and then whole documents of it. Each document is taken in with all its versions or not at all; what is here already stays. Sent again after a cut, it goes on. Where the list, the manifest or the signature at its end do not hold, the answer is `imports/damaged`: what came in is counted there, and nothing of its audit trail is kept.',
  request: {
    query: z.strictObject({
      subjects: z.string().max(8192).optional().openapi({
        description: 'Who members are here, as JSON: `{"person:p_1": "person:p_2"}`.',
      }),
    }),
    body: { required: true, content: binary },
  },
  responses: {
    200: { description: 'What came in.', content: { [JSON_TYPE]: { schema: reportSchema } } },
    ...problemResponses,
  },
});

const getEvidence = createRoute({
  method: 'get',
  path: '/v1/imports/{id}/evidence',
  summary: 'The audit trail that came with an archive, for `redline audit verify`',
  request: { params: z.object({ id: z.string().openapi({ param: { name: 'id', in: 'path' } }) }) },
  responses: { 200: { description: 'An archive of it.', content: binary }, ...problemResponses },
});

const subjectsSchema = z.record(z.string().max(200), z.string().regex(/^(?:person|group|service):.{1,190}$/));

/** What comes in. */
export function addImportRoutes(app: OpenAPIHono<HttpEnv>, { library, examiner }: HttpServices): void {
  serve(app, makeImport, async (c) => {
    const actor = actorOf(c);
    if (c.req.header('content-type')?.split(';')[0]?.trim() !== TAR) {
      throw new RequestError('request/invalid', `The body must be ${TAR}.`);
    }
    const subjects = subjectsOf(c.req.query('subjects'));
    const signal = signalOf(c);
    const incoming = (body: AsyncIterable<Uint8Array>) => examiner.incoming(body, signal);
    const report = await library.imports.take(actor, bodyOf(c), { incoming, subjects });
    c.set('audited', { object: report.archive });
    return c.json(report, 200, FRESH);
  });
  serve(app, getEvidence, async (c) => {
    const { tenant } = actorOf(c);
    const bytes = await library.imports.evidence(tenant, c.req.param('id') ?? '');
    return c.body(await begun(c, bytes), 200, { 'Content-Type': TAR, ...FRESH });
  });
}

function subjectsOf(given: string | undefined): Readonly<Record<string, string>> {
  if (given === undefined) return {};
  try {
    return subjectsSchema.parse(JSON.parse(given));
  } catch {
    throw new RequestError('request/invalid', '"subjects" is not an object of subjects by subject.');
  }
}
