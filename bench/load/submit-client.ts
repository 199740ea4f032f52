// Many who submit work, at the same instant or again and again; bench/batches.ts starts it. See README.md.

import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { Agent, request } from 'undici';
import type { SubmissionsResult, SubmissionsTask } from './clients.ts';

const BOUNDARY = 'redline-load';
const agent = new Agent({ connections: 1000, headersTimeout: 120_000, bodyTimeout: 120_000 });

interface Submission {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | string;
}

type Build = (author: string) => Submission;

/** A form whose options come first, so that only they are put together anew each time. */
function formOf(fields: readonly (readonly [field: string, path: string])[]): (options: string) => Buffer {
  const parts = fields.map(([field, path], n) =>
    Buffer.concat([
      Buffer.from(
        `\r\n--${BOUNDARY}\r\nContent-Disposition: form-data; name="${field}"; filename="${n}.docx"\r\n\r\n`,
      ),
      readFileSync(path),
    ]),
  );
  const files = Buffer.concat([...parts, Buffer.from(`\r\n--${BOUNDARY}--\r\n`)]);
  const head = `--${BOUNDARY}\r\nContent-Disposition: form-data; name="options"\r\n\r\n`;
  return (options) => Buffer.concat([Buffer.from(head + options), files]);
}

function submissionsOf({ form, files, documents }: SubmissionsTask): Build {
  const type = { 'content-type': `multipart/form-data; boundary=${BOUNDARY}` };
  if (form === 'comparison') {
    const filled = formOf([
      ['original', files[0]],
      ['modified', files[1]],
    ]);
    const headers = { ...type, prefer: 'respond-async' };
    return (author) => ({ path: '/v1/comparisons', headers, body: filled(JSON.stringify({ author })) });
  }
  if (form === 'batch of files') {
    const filled = formOf([
      ['files', files[0]],
      ['files', files[1]],
    ]);
    return (author) => {
      const items = [{ original: '0.docx', modified: '1.docx' }];
      const body = filled(JSON.stringify({ options: { author }, items }));
      return { path: '/v1/batches', headers: type, body };
    };
  }
  const [original, modified] = documents.map((document) => ({ document }));
  return (author) => {
    const body = JSON.stringify({ options: { author }, items: [{ original, modified }] });
    return { path: '/v1/batches', headers: { 'content-type': 'application/json' }, body };
  };
}

async function run(task: SubmissionsTask): Promise<SubmissionsResult> {
  const { url, submitters, rounds, seconds } = task;
  const build = submissionsOf(task);
  const milliseconds: number[] = [];
  const errors: string[] = [];
  const begun: string[] = [];
  const one = async (name: string): Promise<void> => {
    const { path, headers, body } = build(name);
    const key = { 'idempotency-key': randomUUID() };
    const start = performance.now();
    try {
      const answer = await request(url + path, {
        ...{ dispatcher: agent, method: 'POST', headers: { ...headers, ...key }, body },
      });
      const text = await answer.body.text();
      if (answer.statusCode !== 202) throw new Error(`${answer.statusCode} ${text.slice(0, 200)}`);
      milliseconds.push(performance.now() - start);
      begun.push(String(answer.headers.location).split('/').at(-1) ?? '');
    } catch (error) {
      errors.push(String(error));
    }
  };
  const everybody = (each: (n: number) => Promise<void>): Promise<unknown> =>
    Promise.all(Array.from({ length: submitters }, (_, n) => each(n)));
  const start = performance.now();
  if (rounds > 0) {
    for (let round = 0; round < rounds; round += 1) await everybody((n) => one(`${round} ${n}`));
  } else {
    await everybody(async (n) => {
      for (let at = 0; performance.now() - start < seconds * 1000; at += 1) await one(`${at} ${n}`);
    });
  }
  return { milliseconds, errors, begun, seconds: (performance.now() - start) / 1000 };
}

const [task] = (await once(process, 'message')) as [SubmissionsTask];
process.send?.('begun');
const result = await run(task);
await agent.close();
process.send?.(result, () => process.disconnect());
