// Small requests at a rate that does not wait for the answers; bench/load.ts starts it. See README.md.
import { once } from 'node:events';
import { Agent, request } from 'undici';
import type { RequestKind, RequestsResult, RequestsTask, RequestTiming } from './clients.ts';

/** Of ten requests so many are of each kind. */
const MIX: readonly RequestKind[] = [
  'get',
  'list',
  'get',
  'patch',
  'get',
  'list',
  'get',
  'patch',
  'get',
  'list',
];
const JSON_HEADERS = { 'content-type': 'application/json' };
const LISTS = ['', '?sort=name&order=ascending', '?name=supply', '?label=lease&sort=createdAt'];

interface Known {
  readonly url: string;
  etag: string;
  busy: boolean;
}

class Requests {
  readonly #task: RequestsTask;
  readonly #agent = new Agent({ connections: 1000, headersTimeout: 60_000, bodyTimeout: 60_000 });
  readonly #documents: Known[] = [];
  readonly #timings: RequestTiming[] = [];
  readonly #errors: string[] = [];
  readonly #open = new Set<Promise<void>>();
  #latestMs = 0;
  #sent = 0;

  constructor(task: RequestsTask) {
    this.#task = task;
  }

  /** Learns what a change of each document needs to know. */
  async prepare(): Promise<void> {
    for (const id of this.#task.documents) {
      const url = `${this.#task.url}/v1/documents/${id}`;
      this.#documents.push({ url, etag: await this.#send('GET', url), busy: false });
    }
  }

  /** Sends until it is told to end. Every request has its time, and what is late counts as late. */
  async run(ended: Promise<unknown>): Promise<RequestsResult> {
    let going = true;
    void ended.then(() => {
      going = false;
    });
    const begun = performance.now();
    const epoch = Date.now();
    const every = 1000 / this.#task.perSecond;
    while (going) {
      const now = performance.now() - begun;
      for (; this.#sent * every <= now; this.#sent += 1) {
        const due = this.#sent * every;
        this.#latestMs = Math.max(this.#latestMs, now - due);
        this.#start(MIX[this.#sent % MIX.length] ?? 'get', begun + due, epoch + due);
      }
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    await Promise.all(this.#open);
    await this.#agent.close();
    return { timings: this.#timings, latestMs: this.#latestMs, errors: this.#errors };
  }

  #start(kind: RequestKind, dueAt: number, due: number): void {
    const going = this.#ask(kind)
      .then(() => void this.#timings.push({ kind, due, milliseconds: performance.now() - dueAt }))
      .catch((error: unknown) => void this.#errors.push(`${kind}: ${String(error)}`))
      .finally(() => this.#open.delete(going));
    this.#open.add(going);
  }

  async #ask(kind: RequestKind): Promise<void> {
    const { url } = this.#task;
    if (kind === 'list') {
      await this.#send('GET', `${url}/v1/documents${LISTS[this.#sent % LISTS.length]}`);
      return;
    }
    const free = kind === 'get' ? this.#documents : this.#documents.filter(({ busy }) => !busy);
    const known = free[(this.#sent * 7) % free.length];
    if (known === undefined) throw new Error('Every document is being changed.');
    if (kind === 'get') {
      await this.#send('GET', known.url);
      return;
    }
    known.busy = true;
    const body = JSON.stringify({ labels: ['lease', `label ${this.#sent}`] });
    try {
      known.etag = await this.#send('PATCH', known.url, { ...JSON_HEADERS, 'if-match': known.etag }, body);
    } finally {
      known.busy = false;
    }
  }

  /** @returns the ETag. */
  async #send(
    method: 'GET' | 'PATCH',
    url: string,
    headers: Record<string, string> = {},
    body: string | null = null,
  ) {
    const answer = await request(url, { dispatcher: this.#agent, method, headers, body });
    const text = await answer.body.text();
    if (answer.statusCode !== 200) throw new Error(`${answer.statusCode} ${text.slice(0, 200)}`);
    return String(answer.headers.etag ?? '');
  }
}

const [task] = (await once(process, 'message')) as [RequestsTask];
const requests = new Requests(task);
await requests.prepare();
process.send?.('begun');
const result = await requests.run(once(process, 'message'));
process.send?.(result, () => process.disconnect());
