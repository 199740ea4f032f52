import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { Service } from '../../src/client/index.ts';
import { declareComponents, faultsIn, type Schema, typeOf } from '../support/openapi-types.ts';
import { ROWS, type Row, WITHOUT } from './client-rows.ts';
import { type Service as Running, startService } from './service.ts';

// The client against the description of the API: every operation has a function, which asks for it as described and
// whose type takes what it answers.

interface Body {
  readonly content?: Readonly<Record<string, { readonly schema?: Schema }>>;
}

interface Operation {
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
  readonly requestBody?: Body;
  readonly responses: Readonly<Record<string, Body>>;
}

interface Described {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

const JSON_TYPE = 'application/json';
let running: Running;
let described: Described;

beforeAll(async () => {
  running = await startService();
  described = (await (await fetch(`${running.url}/openapi.json`)).json()) as Described;
});
afterAll(() => running.stop());

const operationOf = (name: string): Operation | undefined => {
  const [method = '', path = ''] = name.split(' ');
  return described.paths[path]?.[method];
};

test('every operation has a function of the client, or a reason to have none', () => {
  const operations = Object.entries(described.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method} ${path}`),
  );
  const known = new Set([...ROWS.map(({ operation }) => operation), ...Object.keys(WITHOUT)]);
  expect([...known].sort()).toEqual(operations.sort());
  expect(ROWS.filter(({ operation }) => operation in WITHOUT)).toEqual([]);
});

/** What one call asks for. */
interface Asked {
  readonly method: string;
  readonly url: URL;
  readonly headers: Headers;
  readonly body: unknown;
}

/** Answers everything with success and nothing, and notes what was asked. */
async function askedBy({ call, isLater }: Row): Promise<readonly Asked[]> {
  const asked: Asked[] = [];
  const answer: typeof fetch = async (input, init = {}) => {
    const { method = 'GET', body } = init;
    asked.push({
      method: method.toLowerCase(),
      url: new URL(String(input)),
      headers: new Headers(init.headers),
      body,
    });
    const Location = isLater ? '/v1/operations/o_1' : '/v1/uploads/u_1';
    const headers = { Location, 'Upload-Offset': '0', 'Upload-Length': '1' };
    return new Response('{}', {
      headers: method === 'PATCH' ? { ...headers, 'Upload-Offset': '1' } : headers,
    });
  };
  await call(new Service('http://client.test', { fetch: answer }));
  return asked;
}

const isOf = ({ operation }: Row, { method, url }: Asked): boolean => {
  const [verb, template = ''] = operation.split(' ');
  const pattern = template.replace(/\{[^}]*\}/g, '[^/]+');
  // HEAD asks for what GET would answer.
  return (method === 'head' ? 'get' : method) === verb && new RegExp(`^${pattern}$`).test(url.pathname);
};

describe('a function asks for its operation', () => {
  test.each(ROWS)('$operation by $name', async (row) => {
    const asked = (await askedBy(row)).find((one) => isOf(row, one));
    const operation = operationOf(row.operation);
    if (asked === undefined || operation === undefined) throw new Error('asks for something else');
    const { parameters = [], requestBody } = operation;
    const named = (place: string): readonly string[] =>
      parameters.filter((one) => one.in === place).map(({ name }) => name.toLowerCase());
    const queries = [...asked.url.searchParams.keys()].map((name) => name.toLowerCase());
    expect(named('query')).toEqual(expect.arrayContaining(queries));
    expect(asked.headers.has('if-match')).toBe(
      named('header').includes('if-match') || /exports.*content/.test(row.operation),
    );
    if (asked.method === 'post')
      expect(asked.headers.has('idempotency-key')).toBe(!row.operation.includes('uploads'));
    expect(asked.headers.get('prefer') === 'respond-async').toBe(row.isLater === true);
    if (row.isLater) expect(operation.responses).toHaveProperty('202');
    const types = Object.keys(requestBody?.content ?? {});
    if (typeof asked.body !== 'string') return;
    expect(types).toContain(JSON_TYPE);
    expect(check(requestBody?.content?.[JSON_TYPE]?.schema ?? {}, JSON.parse(asked.body))).toBe('');
  });
});

/** What a schema says against a value; but for patterns, which are read otherwise than JSON Schema wants it. */
function check(schema: Schema, value: unknown): string {
  const { schemas } = described.components;
  const whole = JSON.stringify({ ...schema, $defs: schemas }).replaceAll('#/components/schemas/', '#/$defs/');
  const { error } = z
    .fromJSONSchema(JSON.parse(whole, (name, value) => (name === 'pattern' ? undefined : value)))
    .safeParse(value);
  return error === undefined ? '' : z.prettifyError(error);
}

/** A line that compiles when what the operation answers may be taken for what the function promises. */
function lineOf({ operation, name, member, isLater }: Row, index: number): string {
  const answers = Object.entries(operationOf(operation)?.responses ?? {})
    .filter(([status]) => status.startsWith('2'))
    .map(([, { content }]) => content?.[JSON_TYPE]?.schema)
    .filter((schema) => schema !== undefined);
  const answer = isLater
    ? 'Api.Operation'
    : answers.length === 0
      ? 'unknown'
      : answers.map((one) => `(${typeOf(one)})`).join(' | ');
  const picked = member === undefined ? answer : `(${answer})['${member}']`;
  return `export const row${index}: Takes<Promised<typeof client.${name}>, ${picked}> = true; // ${operation} by ${name}`;
}

const PRELUDE = `
import type * as client from '../../src/client/index.ts';
type Promised<F> = F extends (...given: never[]) => Promise<infer Answer> ? Answer : never;
type Uploaded = string | Promised<typeof client.findUpload>; // what stood in headers
type NotJson = client.Download | Uploaded | void | { readonly pieces: unknown };
type Takes<Promise, Answer> = [Promise] extends [NotJson] ? true : [Answer] extends [Promise] ? true : { promised: Promise; answered: Answer };
`;

test('the types of the client take what the operations answer', () => {
  const path = fileURLToPath(new URL('client-answers.ts', import.meta.url));
  const lines = ROWS.map(lineOf);
  const source = (all: readonly string[]): string =>
    `${PRELUDE}${declareComponents(described.components.schemas)}${all.join('\n')}\n`;
  expect(faultsIn(path, source(lines))).toEqual([]);
  const wrong = `export const wrong: Takes<client.Me, Api.Person> = true;`;
  expect(faultsIn(path, source([wrong])).join()).toContain('wrong');
});
