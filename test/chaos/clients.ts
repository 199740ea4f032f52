import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { expect } from 'vitest';
import { docx, p, r } from '../support/redlines.ts';

/** What one document, or one redline, was acknowledged to be. */
export interface Known {
  readonly path: string;
  name: string;
  etag: string;
  /** SHA-256 of each version, the first one first. */
  readonly versions: string[];
  /** Of a document: its redline, once there is one. */
  redline: Known | null;
}

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: the wire's JSON
  readonly body: any;
}

interface Asked {
  readonly method: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: () => NonNullable<RequestInit['body']>;
}

type Body = (url: string) => NonNullable<RequestInit['body']>;

/** Bytes of an upload that travel in one request. */
const PIECE = 30_000;
const TUS = { 'tus-resumable': '1.0.0' };
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const pause = (ms: number): Promise<void> => new Promise((go) => setTimeout(go, ms));

/** A Word document of some 100 kB that cannot be compressed well, and two sentences to be changed. */
function contract(what: string): Uint8Array {
  const noise = Array.from({ length: 60 }, () => p(r(randomBytes(1500).toString('base64'))));
  return docx([p(r(`This is ${what}.`)), p(r('The term is one year.')), ...noise].join(''));
}

/** Clients that send each request until it is answered, and remember what they were told. */
export class Clients {
  readonly documents: Known[] = [];
  /** Requests that were answered with what they asked for. */
  acknowledged = 0;
  /** Requests that were sent again, as their connection broke. */
  repeated = 0;
  /** Where an upload is held in the middle of a piece; null while none is. */
  heldAt: string | null = null;
  /** How often an upload went on behind bytes of a connection that broke. */
  resumed = 0;
  readonly #url: () => Promise<string>;
  readonly #released = new AbortController();

  /** @param url of the service, or of one of several; asked for with every request. */
  constructor(url: () => Promise<string>) {
    this.#url = url;
  }

  /** One client's work, until all of them together have so many acknowledgements. */
  async work(number: number, operations: number): Promise<void> {
    let known = await this.#make(`${number}`);
    const turns = [
      () => this.#rename(known, `name ${number} ${this.acknowledged}`),
      () => this.#add(known, contract(`another ${number} ${this.acknowledged}`)),
      () => this.#compare(known),
      () => this.#edit(known.redline ?? known),
      () => this.#edit(known),
      () => this.#decide(known.redline),
      async () => {
        known = await this.#upload(`upload ${number} ${this.acknowledged}`);
      },
      () => this.#add(known, contract(`more ${number} ${this.acknowledged}`)),
      async () => {
        known = await this.#make(`form ${number} ${this.acknowledged}`);
      },
    ];
    for (let turn = number; this.acknowledged < operations; turn += 1) {
      await turns[turn % turns.length]?.();
      this.acknowledged += 1;
    }
  }

  /** Uploads, one after the other, each held in the middle of a piece until its service dies. */
  async hold(): Promise<void> {
    const { signal } = this.#released;
    for (let turn = 0; !signal.aborted; turn += 1) await this.#upload(`held ${turn}`, true);
  }

  /** Lets the upload end that is held, and no other one begin. */
  release(): void {
    this.#released.abort();
  }

  /** Everything that was acknowledged is there, and nothing besides. */
  async verify(): Promise<void> {
    const url = await this.#url();
    const redlines = this.documents.flatMap(({ redline }) => redline ?? []);
    for (const { path, name, etag, versions } of [...this.documents, ...redlines]) {
      const found = await fetch(`${url}${path}`);
      expect(found.headers.get('etag')).toBe(etag);
      expect(await found.json()).toMatchObject({ name, versions: versions.length });
      for (const [at, sha] of versions.entries()) {
        const content = await fetch(`${url}${path}/versions/${at + 1}/content`);
        expect(sha256(new Uint8Array(await content.arrayBuffer()))).toBe(sha);
      }
    }
    const listed: string[] = [];
    for (let token: string | null = ''; token !== null; ) {
      const page = await fetch(`${url}/v1/documents?pageSize=200${token && `&pageToken=${token}`}`);
      const { documents, nextPageToken } = (await page.json()) as {
        documents: { id: string }[];
        nextPageToken: string | null;
      };
      listed.push(...documents.map(({ id }) => `/v1/documents/${id}`));
      token = nextPageToken;
    }
    expect(listed.sort()).toEqual(this.documents.map(({ path }) => path).sort());
  }

  async #make(what: string): Promise<Known> {
    const bytes = contract(what);
    const made = await this.#insist('/v1/documents', { method: 'POST', body: () => form(bytes) });
    return this.#remember(made, bytes);
  }

  /** In pieces; where a connection breaks, from where the service says that it is. */
  async #upload(what: string, held = false): Promise<Known> {
    const bytes = contract(what);
    const started = await this.#insist('/v1/uploads', {
      method: 'POST',
      headers: { ...TUS, 'upload-length': String(bytes.length) },
    });
    const path = started.headers.get('location') ?? '';
    for (let offset = 0; offset < bytes.length; ) {
      const piece = Uint8Array.from(bytes.subarray(offset, offset + PIECE));
      const mortal = held && offset === PIECE;
      offset = await this.#send(path, offset, mortal ? (url) => this.#slowly(piece, url) : () => piece);
    }
    const upload = path.split('/').at(-1);
    const asked = { method: 'POST', headers: { 'content-type': 'application/json' } };
    const body = () => JSON.stringify({ upload, name: what });
    return this.#remember(await this.#insist('/v1/documents', { ...asked, body }), bytes);
  }

  /** @returns how far the upload is; never less than was acknowledged. */
  async #send(path: string, acknowledged: number, body: Body): Promise<number> {
    const type = 'application/offset+octet-stream';
    const headers = { ...TUS, 'content-type': type, 'upload-offset': String(acknowledged) };
    try {
      const url = await this.#url();
      const asked = { method: 'PATCH', headers, body: body(url), duplex: 'half' };
      const answer = await fetch(`${url}${path}`, asked);
      if (answer.status === 204) return Number(answer.headers.get('upload-offset'));
      await answer.arrayBuffer();
    } catch {
      this.repeated += 1;
    }
    const offset = await this.#offset(path);
    expect(offset).toBeGreaterThanOrEqual(acknowledged);
    if (offset > 0) this.resumed += 1;
    return offset;
  }

  /** The half of a piece, and the rest of it only once nothing is killed any more. */
  #slowly(piece: Uint8Array, url: string): ReadableStream<Uint8Array> {
    const half = piece.length >> 1;
    return new ReadableStream({
      start: (controller) => controller.enqueue(piece.slice(0, half)),
      pull: async (controller) => {
        this.heldAt = url;
        if (!this.#released.signal.aborted) await once(this.#released.signal, 'abort');
        controller.enqueue(piece.slice(half));
        controller.close();
      },
    });
  }

  async #offset(path: string): Promise<number> {
    for (;;) {
      try {
        const found = await fetch(`${await this.#url()}${path}`, { method: 'HEAD', headers: TUS });
        expect(found.status).toBe(200);
        return Number(found.headers.get('upload-offset'));
      } catch (error) {
        if (!(error instanceof TypeError)) throw error;
        await pause(20);
      }
    }
  }

  async #rename(known: Known, name: string): Promise<void> {
    const changed = await this.#change(known, '', 'PATCH', { name });
    known.name = name;
    known.etag = etagOf(changed);
  }

  async #add(known: Known, bytes: Uint8Array): Promise<void> {
    const headers = { 'if-match': known.etag };
    const asked = { method: 'POST', headers, body: () => form(bytes) };
    known.etag = etagOf(await this.#insist(`${known.path}/versions`, asked));
    known.versions.push(sha256(bytes));
  }

  async #compare(known: Known): Promise<void> {
    if (known.redline !== null || known.versions.length < 2) return;
    const made = await this.#change(known, '/redlines', 'POST', {});
    known.redline = {
      path: `${known.path}/redlines/${made.body.id}`,
      ...{ name: made.body.name, etag: etagOf(made), redline: null },
      versions: [made.body.current.content.sha256],
    };
  }

  async #edit(known: Known): Promise<void> {
    const at = { quote: 'The term is' };
    await this.#operate(known, 'edits', { edits: [{ op: 'comment', at, text: `${this.acknowledged}` }] });
  }

  async #decide(redline: Known | null): Promise<void> {
    if (redline === null) return;
    await this.#operate(redline, 'decisions', { decisions: [{ verdict: 'accept', changes: {} }] });
  }

  async #operate(known: Known, path: string, body: object): Promise<void> {
    const made = await this.#change(known, `/${path}`, 'POST', body);
    known.etag = etagOf(made);
    if (made.body.version !== null) known.versions.push(made.body.state.current.content.sha256);
  }

  #change(known: Known, path: string, method: string, body: object): Promise<Answer> {
    const headers = { 'content-type': 'application/json', 'if-match': known.etag };
    return this.#insist(`${known.path}${path}`, { method, headers, body: () => JSON.stringify(body) });
  }

  #remember(made: Answer, bytes: Uint8Array): Known {
    const path = `/v1/documents/${made.body.id}`;
    const known = {
      path,
      name: made.body.name,
      etag: etagOf(made),
      versions: [sha256(bytes)],
      redline: null,
    };
    this.documents.push(known);
    return known;
  }

  /** Sends a request until it is answered, under one idempotency key. */
  async #insist(path: string, { method, headers, body }: Asked): Promise<Answer> {
    const key = `k${randomBytes(8).toString('hex')}`;
    for (;;) {
      try {
        const init = { method, headers: { ...headers, 'idempotency-key': key } };
        const url = `${await this.#url()}${path}`;
        const answer = await fetch(url, body === undefined ? init : { ...init, body: body() });
        const text = await answer.text();
        const later = answer.headers.get('retry-after');
        if (later === null) {
          expect(answer.status, text).toBeLessThan(300);
          return {
            status: answer.status,
            headers: answer.headers,
            body: text === '' ? null : JSON.parse(text),
          };
        }
        // Whoever worked on it may be dead; the service cannot know before its lease is over.
        await pause(1000 * Number(later));
      } catch (error) {
        if (!(error instanceof TypeError)) throw error;
        this.repeated += 1;
        await pause(5);
      }
    }
  }
}

function etagOf({ headers }: Answer): string {
  return headers.get('etag') ?? '';
}

function form(bytes: Uint8Array): FormData {
  const form = new FormData();
  form.set('file', new Blob([Uint8Array.from(bytes)]), 'a.docx');
  return form;
}
