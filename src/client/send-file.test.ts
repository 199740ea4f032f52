import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ProblemError } from './problem.ts';
import {
  type FileSource,
  findUpload,
  PIECE_BYTES,
  removeUpload,
  sendFile,
  type UploadAnswer,
  type UploadPorts,
  type UploadRequest,
} from './send-file.ts';

// A service in memory that speaks tus, and a wire to it that breaks as a list says.

/** What happens to one request. */
type Fate = 'arrives' | 'is lost' | 'answer is lost' | 'is flipped' | 'finds it busy' | 'upload is gone';

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('base64');

class World {
  readonly uploads = new Map<string, { size: number; name: string; bytes: Uint8Array }>();
  readonly asked: string[] = [];
  readonly #fates: Fate[];

  constructor(fates: readonly Fate[] = []) {
    this.#fates = [...fates];
  }

  readonly ports: UploadPorts = {
    request: async (request, onSent) => this.#carry(request, onSent),
    digest: async (bytes) => sha256(bytes),
    wait: async (_, failures) => failures < 100,
  };

  #carry(request: UploadRequest, onSent: (bytes: number) => void): UploadAnswer {
    this.asked.push(request.method);
    const fate = this.#fates.shift() ?? 'arrives';
    if (fate === 'is lost') throw new TypeError('network');
    if (fate === 'finds it busy') return answer(503, {}, { code: 'service/busy' });
    if (fate === 'upload is gone') this.uploads.clear();
    const body = request.body && fate === 'is flipped' ? flipped(request.body) : request.body;
    onSent(body?.length ?? 0);
    const given = this.#serve({ ...request, ...(body && { body }) });
    if (fate === 'answer is lost') throw new TypeError('network');
    return given;
  }

  #serve({ method, path, headers, body }: UploadRequest): UploadAnswer {
    if (method === 'POST') {
      const id = `u${this.asked.length}`;
      const name = headers['Upload-Metadata'] ?? '';
      this.uploads.set(id, { size: Number(headers['Upload-Length']), name, bytes: new Uint8Array() });
      return answer(201, { Location: `/v1/uploads/${id}` });
    }
    const id = path.split('/').at(-1) ?? '';
    const upload = this.uploads.get(id);
    if (upload === undefined) return answer(404, {}, { code: 'uploads/not-found' });
    if (method === 'DELETE') this.uploads.delete(id);
    if (method === 'PATCH') {
      if (Number(headers['Upload-Offset']) !== upload.bytes.length) return answer(409);
      if (headers['Upload-Checksum'] !== `sha256 ${sha256(body ?? new Uint8Array())}`) return answer(460);
      upload.bytes = Buffer.concat([upload.bytes, body ?? new Uint8Array()]);
    }
    return answer(method === 'HEAD' ? 200 : 204, {
      'Upload-Offset': String(upload.bytes.length),
      'Upload-Length': String(upload.size),
      'Upload-Metadata': upload.name,
    });
  }
}

function answer(status: number, headers: Record<string, string> = {}, problem?: object): UploadAnswer {
  return {
    status,
    header: (name) => headers[name] ?? null,
    body: problem ? JSON.stringify(problem) : '',
  };
}

function flipped(body: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const other = body.slice();
  other[0] = (other[0] ?? 0) ^ 1;
  return other;
}

/** Bytes in which no piece is like another. */
function content(size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size; at += 997) bytes[at] = at % 251;
  return bytes;
}

const fileOf = (bytes: Uint8Array<ArrayBuffer>, name = 'lease.docx'): FileSource => ({
  name,
  size: bytes.length,
  read: async (start, end) => bytes.slice(start, end),
});

const quiet = { onStarted: () => {}, onProgress: () => {} };
const always = new AbortController().signal;
const bytes = content(2.5 * PIECE_BYTES);

describe('sendFile', () => {
  test('sends pieces, tells how far it is, and names the file', async () => {
    const world = new World();
    const told: number[] = [];
    const file = fileOf(bytes, 'Müller – lease.docx');
    const id = await sendFile(
      file,
      undefined,
      { ...quiet, onProgress: (n) => told.push(n) },
      world.ports,
      always,
    );
    expect(world.asked).toEqual(['POST', 'PATCH', 'PATCH', 'PATCH']);
    expect([told[0], told.at(-1)]).toEqual([0, bytes.length]);
    expect(await findUpload(id, world.ports, always)).toEqual({
      name: file.name,
      offset: bytes.length,
      size: bytes.length,
    });
    await removeUpload(id, world.ports, always);
    expect(await findUpload(id, world.ports, always)).toBeNull();
  });

  const fate = fc.constantFrom<Fate>(
    ...(['arrives', 'is lost', 'answer is lost', 'is flipped', 'finds it busy', 'upload is gone'] as const),
  );
  test('whatever the wire does, what is there in the end is the file', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fate, { maxLength: 40 }),
        fc.integer({ min: 0, max: bytes.length }),
        fc.integer({ min: 0, max: 12 }),
        async (fates, size, endsAfter) => {
          const world = new World(fates);
          const file = fileOf(bytes.slice(0, size));
          let known: string | undefined;
          // One process ends somewhere in the middle; the next knows only the id.
          const controller = new AbortController();
          const ports = { ...world.ports };
          ports.request = async (...request) => {
            if (world.asked.length >= endsAfter) controller.abort();
            return await world.ports.request(...request);
          };
          const progress = {
            ...quiet,
            onStarted: (id: string) => {
              known = id;
            },
          };
          await sendFile(file, undefined, progress, ports, controller.signal).catch(() => {});
          const id = await sendFile(file, known, progress, world.ports, always);
          expect(sha256(world.uploads.get(id)?.bytes ?? new Uint8Array())).toBe(sha256(bytes.slice(0, size)));
        },
      ),
    );
  });

  test('goes on where it was, and sends nothing twice', async () => {
    const world = new World();
    const controller = new AbortController();
    let id = '';
    const onProgress = (sent: number): void => void (sent >= PIECE_BYTES && controller.abort());
    const stopped = sendFile(
      fileOf(bytes),
      undefined,
      {
        onStarted: (started) => {
          id = started;
        },
        onProgress,
      },
      world.ports,
      controller.signal,
    );
    await expect(stopped).rejects.toThrow('abort');
    world.asked.length = 0;
    expect(await sendFile(fileOf(bytes), id, quiet, world.ports, always)).toBe(id);
    expect(world.asked).toEqual(['HEAD', 'PATCH', 'PATCH']);
  });

  test('an upload of another size is not one of this file', async () => {
    const world = new World();
    const first = await sendFile(fileOf(content(10)), undefined, quiet, world.ports, always);
    const second = await sendFile(fileOf(content(11)), first, quiet, world.ports, always);
    expect(second).not.toBe(first);
    expect(world.uploads.get(second)?.bytes.length).toBe(11);
  });

  test.each([
    [400, 'request/malformed'],
    [413, 'documents/too-large'],
    [412, 'request/tus-version'],
  ])('a refusal (%d) is not tried again', async (status, code) => {
    const world = new World();
    const ports = { ...world.ports, request: async () => answer(status, {}, { code }) };
    const sent = sendFile(fileOf(bytes), undefined, quiet, ports, always);
    await expect(sent).rejects.toMatchObject({ problem: { code, status } });
  });

  test('whoever waits may give up, and hears of what', async () => {
    const world = new World(Array(3).fill('is lost'));
    const heard: unknown[] = [];
    const wait: UploadPorts['wait'] = async ({ code }, failures) => {
      heard.push([code, failures]);
      return failures < 3;
    };
    const sent = sendFile(fileOf(bytes), undefined, quiet, { ...world.ports, wait }, always);
    await expect(sent).rejects.toBeInstanceOf(ProblemError);
    expect(heard).toEqual([1, 2, 3].map((failures) => ['client/unreachable', failures]));
  });

  test('a file that cannot be read any more ends it with its own error', async () => {
    const world = new World();
    const read = async () => await Promise.reject(new RangeError('changed'));
    const sent = sendFile({ ...fileOf(bytes), read }, undefined, quiet, world.ports, always);
    await expect(sent).rejects.toBeInstanceOf(RangeError);
  });

  test.each([
    ['no offset', answer(204)],
    ['one behind the end', answer(204, { 'Upload-Offset': '99999999' })],
    ['one that does not grow', answer(204, { 'Upload-Offset': '0' })],
  ])('an answer with %s is not believed', async (_, wrong) => {
    const world = new World();
    const request: UploadPorts['request'] = async (...given) =>
      given[0].method === 'PATCH' ? wrong : await world.ports.request(...given);
    const ports = { ...world.ports, request, wait: async () => false };
    const sent = sendFile(fileOf(bytes), undefined, quiet, ports, always);
    await expect(sent).rejects.toMatchObject({ problem: { code: 'client/unexpected-answer' } });
  });
});
