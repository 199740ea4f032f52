import { type Ambient, type VersionedBlobStore, writeNew } from '../documents/index.ts';
import type { KeptRecord, RecordLog } from './ports/record-log.ts';

const PREFIX = 'outbox/';

/** Records as objects `outbox/TENANT/TIME-ID`, for stores in which nothing can be appended. */
export class ObjectLog implements RecordLog {
  readonly #store: VersionedBlobStore;
  readonly #ambient: Pick<Ambient, 'clock' | 'random'>;

  constructor(store: VersionedBlobStore, ambient: Pick<Ambient, 'clock' | 'random'>) {
    this.#store = store;
    this.#ambient = ambient;
  }

  async append(tenant: string, text: string): Promise<string> {
    const at = String(this.#ambient.clock()).padStart(15, '0');
    const name = `${PREFIX}${tenant}/${at}-${Buffer.from(this.#ambient.random(8)).toString('hex')}`;
    await writeNew(this.#store, name, new TextEncoder().encode(text));
    return name;
  }

  async *left(before: number): AsyncIterable<KeptRecord> {
    for await (const { name } of this.#store.list(PREFIX)) {
      const [, tenant = '', id = ''] = name.split('/');
      if (Number(id.split('-')[0]) >= before) continue;
      const blob = await this.#store.read(name);
      if (blob !== null) yield { name, tenant, text: await new Response(blob.body).text() };
    }
  }

  async remove(name: string): Promise<void> {
    await this.#store.purge(name);
  }
}
