import { join } from 'node:path';
import { request } from 'undici';
import { LOCAL_TENANT } from '../../src/access/index.ts';
import { SqliteCatalogue } from '../../src/platform/embedded/index.ts';

const KINDS = ['Lease', 'Supply agreement', 'Share purchase', 'Loan', 'Licence', 'Employment contract'];
const LABELS = ['lease', 'signed', 'draft', 'north', 'south'];
const TYPES = [
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  'application/pdf',
  'image/tiff',
];
const START = Date.UTC(2020, 0, 1);
const MINUTE_MS = 60_000;

/**
 * So many documents as the catalogue knows them: lists are answered out of it alone, so heads and contents are not made.
 *
 * @param folder of the service's data.
 */
export async function fillCatalogue(folder: string, count: number): Promise<void> {
  const catalogue = SqliteCatalogue.open(join(folder, 'catalogue.sqlite'));
  for (let n = 0; n < count; n += 1) {
    const mixed = Math.imul(n, 0x9e3779b1) >>> 0;
    const createdAt = new Date(START + n * 30 * MINUTE_MS).toISOString();
    await catalogue.put({
      tenant: LOCAL_TENANT,
      redline: null,
      id: `d_${mixed.toString(16).padStart(32, '0')}`,
      name: `${KINDS[mixed % KINDS.length]} ${mixed % 9973} Brunnen ${n}.docx`,
      labels: [LABELS[mixed % LABELS.length] ?? '', ...(n % 5000 === 7 ? ['rare'] : [])],
      owner: n % 1000 === 3 ? 'someone' : 'operator',
      readers: [{ subject: 'operator:operator', role: 'owner', expiresAt: null }],
      state: n % 50 === 49 ? 'deleted' : 'active',
      held: false,
      type: TYPES[mixed % 20 === 0 ? 1 : mixed % 10_000 === 1 ? 2 : 0] ?? '',
      size: 1000 + (mixed % 1_000_000),
      bytes: 1000 + (mixed % 1_000_000),
      versions: 1,
      createdAt,
      updatedAt: new Date(START + (n * 30 + (mixed % 500_000)) * MINUTE_MS).toISOString(),
      generation: String(1_700_000_000_000_000_000n + BigInt(n)),
      sequence: 1,
    });
  }
  catalogue.close();
}

/** Lists, by what is hard about them. */
const LISTS: Readonly<Record<string, string>> = {
  'the latest': '',
  'by name': 'sort=name&order=ascending',
  'by creation': 'sort=createdAt',
  'one label': 'label=lease',
  'one label, by name': 'label=lease&sort=name&order=ascending',
  'a label of few': 'label=rare&sort=name',
  'a label of none': 'label=nowhere',
  'one type': 'type=application%2Fpdf&sort=name',
  'a type of few': 'type=image%2Ftiff&sort=createdAt',
  'an owner of few': 'owner=someone&sort=name',
  'between dates': 'createdFrom=2022-01-01T00:00:00Z&createdBefore=2022-02-01T00:00:00Z&sort=name',
  'changed since': 'updatedFrom=2026-01-01T00:00:00Z&sort=createdAt&order=ascending',
  'a name of many': 'name=lease',
  'a name of few': 'name=brunnen%2077777',
  'a name of none': 'name=nothing%20at%20all',
  'two letters of a name': 'name=zq&sort=name',
  'a name of few, by name': 'name=4321%20brunnen&sort=name',
  'a name, a label, a type': 'name=lease%2012&label=signed&type=application%2Fpdf&sort=name',
  'deleted ones': 'state=deleted&sort=name',
};
const AGAIN = 20;
/** How far down the deepest page is that is measured, in pages of 200. */
const DEEP = 250;

export interface PageFigures {
  readonly name: string;
  readonly entries: number;
  readonly first: readonly number[];
  readonly deep: readonly number[];
}

interface Page {
  readonly documents: readonly unknown[];
  readonly nextPageToken: string | null;
}

async function ask(url: string): Promise<{ page: Page; ms: number }> {
  const begun = performance.now();
  const answer = await request(url);
  const page = (await answer.body.json()) as Page;
  const ms = performance.now() - begun;
  if (answer.statusCode !== 200) throw new Error(`${answer.statusCode} ${url}`);
  return { page, ms };
}

async function often(url: string): Promise<number[]> {
  const times: number[] = [];
  for (let n = 0; n < AGAIN; n += 1) times.push((await ask(url)).ms);
  return times;
}

/** Milliseconds of the first page and of a deep one of each list, a page of 50 and one request at a time. */
export async function measurePages(url: string): Promise<PageFigures[]> {
  const figures: PageFigures[] = [];
  for (const [name, query] of Object.entries(LISTS)) {
    const list = `${url}/v1/documents?${query}`;
    const { page } = await ask(`${list}&pageSize=50`);
    const token = await deepest(`${list}&pageSize=200`);
    figures.push({
      name,
      entries: page.documents.length,
      first: await often(`${list}&pageSize=50`),
      deep: token === null ? [] : await often(`${list}&pageSize=50&pageToken=${token}`),
    });
  }
  return figures;
}

/** The token of the last page of a list, or of one far down; `null` when all of it is one page. */
async function deepest(list: string): Promise<string | null> {
  let deep: string | null = null;
  let { nextPageToken } = (await ask(list)).page;
  for (let depth = 0; depth < DEEP && nextPageToken !== null; depth += 1) {
    deep = nextPageToken;
    nextPageToken = (await ask(`${list}&pageToken=${deep}`)).page.nextPageToken;
  }
  return deep;
}
