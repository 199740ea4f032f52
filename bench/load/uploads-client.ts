// Sends one file many times at once; bench/load.ts starts it. See README.md.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { Agent, request } from 'undici';
import type { UploadsResult, UploadsTask } from './clients.ts';

const BOUNDARY = 'redline-load';
const agent = new Agent({ connections: 1000, headersTimeout: 120_000, bodyTimeout: 120_000 });

interface Answer {
  readonly location: string;
}

async function send(url: string, headers: Record<string, string>, body?: Uint8Array): Promise<Answer> {
  const method = headers['upload-offset'] === undefined ? 'POST' : 'PATCH';
  const answer = await request(url, { dispatcher: agent, method, headers, body: body ?? null });
  const text = await answer.body.text();
  if (answer.statusCode >= 300) throw new Error(`${answer.statusCode} ${text.slice(0, 200)}`);
  return { location: String(answer.headers.location ?? '') };
}

/** Each file in a form. */
function multipart(url: string, file: Uint8Array): () => Promise<unknown> {
  const head = `--${BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="a.docx"\r\n\r\n`;
  const form = Buffer.concat([Buffer.from(head), file, Buffer.from(`\r\n--${BOUNDARY}--\r\n`)]);
  const headers = { 'content-type': `multipart/form-data; boundary=${BOUNDARY}` };
  return () => send(`${url}/v1/documents`, headers, form);
}

/** Each file as a resumable upload in one piece, of which a document is made. */
function resumable(url: string, file: Uint8Array): () => Promise<unknown> {
  const tus = { 'tus-resumable': '1.0.0' };
  return async () => {
    const { location } = await send(`${url}/v1/uploads`, { ...tus, 'upload-length': String(file.length) });
    const headers = { ...tus, 'upload-offset': '0', 'content-type': 'application/offset+octet-stream' };
    await send(`${url}${location}`, headers, file);
    const named = Buffer.from(JSON.stringify({ upload: location.split('/').at(-1), name: 'a.docx' }));
    await send(`${url}/v1/documents`, { 'content-type': 'application/json' }, named);
  };
}

async function run({ url, file, by, count }: UploadsTask): Promise<UploadsResult> {
  const bytes = readFileSync(file);
  const upload = by === 'tus' ? resumable(url, bytes) : multipart(url, bytes);
  const milliseconds: number[] = [];
  const errors: string[] = [];
  const one = async (): Promise<void> => {
    const begun = performance.now();
    try {
      await upload();
      milliseconds.push(performance.now() - begun);
    } catch (error) {
      errors.push(error instanceof Error ? error.message : String(error));
    }
  };
  await Promise.all(Array.from({ length: count }, one));
  await agent.close();
  return { milliseconds, errors, bytes: bytes.length };
}

const [task] = (await once(process, 'message')) as [UploadsTask];
process.send?.('begun');
process.send?.(await run(task), () => process.disconnect());
