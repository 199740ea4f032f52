import { createRoute, type OpenAPIHono, type z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { NewOperation } from '../../documents/index.ts';
import type { OperationInputs, OperationName, OperationOptions, OperationResult } from '../../jobs/index.ts';
import { signalOf } from '../arriving.ts';
import { answerLater } from '../later.ts';
import { parseOptions } from '../options.ts';
import { DOCX, JSON_TYPE, problemResponses } from '../responses.ts';
import type { HttpEnv, HttpServices } from '../services.ts';
import type { FileField, Upload } from '../upload.ts';
import { choose, withUpload } from '../work.ts';

/** Bytes of the field `options`, unless an operation takes more. */
const OPTIONS_BYTES = 16 * 1024;

/** The description of what is answered 202, but for what comes of it. */
const DONE_LATER =
  'It is done later, and what `Location` names says how far it is: because of `Prefer: respond-async`, or as the documents are large and there is no `Prefer: wait`.';

/** One way to have a result. */
export interface Answer<Result> {
  readonly mediaType: string;
  /** 201 where the result is kept for a while. */
  readonly status: 200 | 201;
  readonly description: string;
  /** Of the body: a zod schema for JSON, a plain one for the rest. */
  readonly schema: z.ZodType | { readonly type: 'string'; readonly contentMediaType?: string };
  send(c: Context<HttpEnv>, result: Result, services: HttpServices): Response | Promise<Response>;
}

/** What a worker is asked, and sent. */
export interface Later {
  readonly asked: Pick<NewOperation, 'kind' | 'request'>;
  readonly inputs: Readonly<Record<string, Uint8Array>>;
}

/** A stateless operation on documents: a form in, a result out, nothing kept unless JSON with links is asked for. */
export interface Operation<Name extends OperationName, Schema extends z.ZodType> {
  readonly path: `/v1/${string}`;
  readonly operation: Name;
  readonly summary: string;
  readonly description: string;
  /** The documents, as fields of the form. */
  readonly fields: readonly (FileField<keyof OperationInputs<Name> & string> & {
    readonly description: string;
  })[];
  readonly options: Schema;
  /** The name of the options' schema in the API's description. */
  readonly optionsName: string;
  readonly optionsBytes?: number;
  /** What the engine is asked, given what the form says, the moment of the request in milliseconds since 1970, and the answer's type. */
  toOptions(options: z.output<Schema>, now: number, mediaType: string): OperationOptions<Name>;
  /** How it is done later; without it everybody waits. */
  readonly later?: {
    /** What comes of it, as the API's description says it. */
    readonly result: string;
    of(upload: Upload<OperationInputs<Name>>, options: z.output<Schema>): Later;
  };
  /** The first one is what a client gets who does not care. */
  readonly answers: readonly [Answer<OperationResult<Name>>, ...(readonly Answer<OperationResult<Name>>[])];
}

/** An operation as a value, its types found out by what it holds. */
export function operation<Name extends OperationName, Schema extends z.ZodType>(
  one: Operation<Name, Schema>,
): Operation<Name, Schema> {
  return one;
}

/** Serves one operation under its address, described in the API's document. */
export function addOperation<Name extends OperationName, Schema extends z.ZodType>(
  app: OpenAPIHono<HttpEnv>,
  services: HttpServices,
  operation: Operation<Name, Schema>,
): void {
  const { fields: files, optionsBytes = OPTIONS_BYTES, answers } = operation;
  app.openAPIRegistry.register(operation.optionsName, operation.options);
  app.openAPIRegistry.registerPath(describe(operation));
  app.post(operation.path, async (c) => {
    const mediaType = choose(
      c,
      answers.map((answer) => answer.mediaType),
    );
    const answer = answers.find((one) => one.mediaType === mediaType) ?? answers[0];
    const { later } = operation;
    const form = { files, optionsBytes };
    return await withUpload(c, services, form, {
      now: async (upload, place) => {
        const options = parseOptions(operation.options, upload.options);
        const asked = operation.toOptions(options, services.clock(), answer.mediaType);
        const result = await place.run(operation.operation, upload.inputs, asked, signalOf(c));
        return await answer.send(c, result, services);
      },
      later:
        later &&
        (async (upload) => {
          const { asked, inputs } = later.of(upload, parseOptions(operation.options, upload.options));
          return await answerLater(c, services, asked, inputs);
        }),
    });
  });
}

function describe<Name extends OperationName, Schema extends z.ZodType>(operation: Operation<Name, Schema>) {
  const binary = { type: 'string', contentMediaType: DOCX } as const;
  const documents = operation.fields.map(({ name, description, most = 1 }) => {
    const schema = most === 1 ? binary : { type: 'array' as const, items: binary, maxItems: most };
    return [name, { ...schema, description }] as const;
  });
  const options = { $ref: `#/components/schemas/${operation.optionsName}` };
  // A plain schema: with a zod one the whole body would be buffered before anything could refuse it.
  const schema = {
    type: 'object' as const,
    required: operation.fields.map(({ name }) => name),
    properties: { ...Object.fromEntries(documents), options },
  };
  const content = { 'multipart/form-data': { schema, encoding: { options: { contentType: JSON_TYPE } } } };
  return createRoute({
    method: 'post',
    path: operation.path,
    summary: operation.summary,
    description: operation.description,
    request: { body: { required: true, content } },
    responses: {
      ...responses(operation.answers),
      ...(operation.later === undefined
        ? {}
        : { 202: { description: `${DONE_LATER} ${operation.later.result}` } }),
      ...problemResponses,
    },
  });
}

function responses<Result>(answers: readonly Answer<Result>[]) {
  return Object.fromEntries(
    [200, 201].flatMap((status) => {
      const those = answers.filter((answer) => answer.status === status);
      if (those.length === 0) return [];
      const content = Object.fromEntries(those.map(({ mediaType, schema }) => [mediaType, { schema }]));
      return [[status, { description: those.map((one) => one.description).join(' '), content }]];
    }),
  );
}
