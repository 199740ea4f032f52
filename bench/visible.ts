// `npm run bench:visible`: how long after it happened an auditor sees it, while others work. See README.md. Ends by itself.
import { parseArgs } from 'node:util';
import { textTable } from '../src/kit/index.ts';
import { buildDocx, documentXml } from '../test/support/package.ts';
import { quantile, short } from './figures.ts';
import { Client, type RequestsResult } from './load/clients.ts';
import { processorSeconds } from './load/process.ts';
import { withServer } from './server.ts';

/** What is asked for: nine hundred and ninety-nine of a thousand commits, and how soon. */
const WANTED_MS = 5000;
/** How often the auditor asks: what is told is that much too late at most. */
const ASKED_EVERY_MS = 250;
const DOCUMENTS = 100;
/** Events of one page at most. */
const PAGE = 200;

const { values } = parseArgs({
  options: { rate: { type: 'string', default: '200' }, seconds: { type: 'string', default: '30' } },
});

interface ListedEvent {
  readonly sequence: number;
  readonly at: string;
  readonly type: string;
}

interface Listed {
  readonly events: readonly ListedEvent[];
  readonly nextPageToken: string | null;
}

/** Milliseconds between what happened and the answer in which an auditor saw it. */
interface Seen {
  readonly type: string;
  readonly milliseconds: number;
}

async function makeDocuments(url: string): Promise<string[]> {
  const bytes = buildDocx({
    'word/document.xml': documentXml('<w:p><w:r><w:t>The rent is 100.</w:t></w:r></w:p>'),
  });
  const ids: string[] = [];
  for (let n = 0; n < DOCUMENTS; n += 1) {
    const form = new FormData();
    form.set('file', new Blob([Uint8Array.from(bytes)]), `Document ${n}.docx`);
    const answer = await fetch(`${url}/v1/documents`, { method: 'POST', body: form });
    if (answer.status !== 201) throw new Error(await answer.text());
    ids.push(((await answer.json()) as { id: string }).id);
  }
  return ids;
}

/** The newest first, page by page, down to what was seen already. */
async function eventsAfter(url: string, sequence: number): Promise<readonly ListedEvent[]> {
  const found: ListedEvent[] = [];
  for (let place = ''; ; ) {
    const answer = await fetch(`${url}/v1/audit?pageSize=${PAGE}${place}`);
    const { events, nextPageToken } = (await answer.json()) as Listed;
    found.push(...events.filter((event) => event.sequence > sequence));
    if (nextPageToken === null || (events.at(-1)?.sequence ?? 0) <= sequence + 1) return found;
    place = `&pageToken=${nextPageToken}`;
  }
}

/** Asks as an auditor does who looks at the list. */
async function watch(
  url: string,
  milliseconds: number,
): Promise<{ readonly seen: Seen[]; readonly missed: number }> {
  const seen: Seen[] = [];
  let last = (await eventsAfter(url, 0))[0]?.sequence ?? 0;
  const first = last;
  for (const begun = performance.now(); performance.now() - begun < milliseconds; ) {
    const events = await eventsAfter(url, last);
    const now = Date.now();
    for (const { at, type } of events) seen.push({ type, milliseconds: now - Date.parse(at) });
    last = events[0]?.sequence ?? last;
    await new Promise((resolve) => setTimeout(resolve, ASKED_EVERY_MS));
  }
  return { seen, missed: last - first - seen.length };
}

function tell(seen: readonly Seen[], { timings, errors }: RequestsResult): boolean {
  const commits = seen.filter(({ type }) => type === 'document.updated');
  const rows = [
    ['commits', commits],
    ['everything', seen],
  ] as const;
  const lines = rows.map(([name, all]) => {
    const times = all.map(({ milliseconds }) => milliseconds);
    return [name, times.length, ...[0.5, 0.95, 0.99, 1].map((share) => short(quantile(times, share)))];
  });
  console.log(textTable(['until the auditor sees', 'events', 'median ms', 'p95', 'p99', 'max'], lines));
  const waited = timings.map(({ milliseconds }) => milliseconds);
  console.log(
    `${timings.length} requests, ${errors.length} errors; answered in ${short(quantile(waited, 0.95))} ms at p95`,
  );
  const p99 = quantile(
    commits.map(({ milliseconds }) => milliseconds),
    0.99,
  );
  return errors.length === 0 && p99 < WANTED_MS;
}

await withServer(async (url, pid) => {
  const documents = await makeDocuments(url);
  const seconds = Number(values.seconds);
  const clients = Client.requests({ url, perSecond: Number(values.rate), documents });
  await clients.begun;
  const before = processorSeconds(pid);
  const { seen, missed } = await watch(url, seconds * 1000);
  const used = processorSeconds(pid) - before;
  const holds = tell(seen, await clients.end());
  console.log(
    `the service took ${short((100 * used) / seconds)} % of a processor; ${missed} events were never seen`,
  );
  console.log(`wanted: p99 of commits below ${WANTED_MS} ms: ${holds ? 'yes' : 'NO'}`);
  process.exitCode = holds ? 0 : 1;
});
