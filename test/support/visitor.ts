import { request } from 'node:http';

/** So that everybody is a stranger to the limits of an address: the whole of 127.0.0.0/8 is this machine. */
let strangers = 0;

/** A browser without a screen: keeps cookies, follows no redirect by itself, and says where its requests come from. */
export class Visitor {
  readonly cookies = new Map<string, string>();
  readonly #origin: string;
  /** Where its requests come from. */
  readonly address: string;

  /** @param origin of the pages that it shows. */
  constructor(origin: string) {
    this.#origin = origin;
    strangers += 1;
    this.address = `127.1.${strangers >> 8}.${strangers & 255}`;
  }

  /** A request of a page. @param path below the origin, or a whole address elsewhere. */
  async fetch(path: string, { method = 'GET', json, headers = {} }: VisitOptions = {}): Promise<Response> {
    const url = new URL(path, this.#origin);
    const own = url.origin === this.#origin;
    const body = json === undefined ? '' : JSON.stringify(json);
    const all = {
      cookie: [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; '),
      ...(own && method !== 'GET' ? { origin: this.#origin } : {}),
      ...(json === undefined ? {} : { 'content-type': 'application/json' }),
      'content-length': String(Buffer.byteLength(body)),
      ...headers,
    };
    const answer = await send(url, { method, headers: all, localAddress: this.address }, body);
    for (const line of answer.headers.getSetCookie()) this.#keep(line);
    return answer;
  }

  /** Signs in through the provider, as whoever sits at its keyboard. @returns the answer to the way back. */
  async signIn(returnTo = '/'): Promise<Response> {
    return await this.fetch(await this.wayBack(returnTo));
  }

  /** The address under which the provider sends the browser back. */
  async wayBack(returnTo = '/'): Promise<string> {
    let answer = await this.fetch(`/auth/sign-in?return=${encodeURIComponent(returnTo)}`);
    let at = this.#origin;
    for (let hops = 0; hops < 10; hops += 1) {
      const location = answer.headers.get('location');
      if (location === null) throw new Error(`No way on: ${answer.status} ${await answer.text()}`);
      at = new URL(location, at).href;
      if (new URL(at).pathname === '/auth/callback') return at;
      const method = new URL(at).pathname.startsWith('/interaction/') ? 'POST' : 'GET';
      answer = await this.fetch(at, { method });
    }
    throw new Error('The provider does not come to an end.');
  }

  /** With an own set of the same cookies. */
  copy(): Visitor {
    const other = new Visitor(this.#origin);
    for (const [name, value] of this.cookies) other.cookies.set(name, value);
    return other;
  }

  #keep(line: string): void {
    const [pair = '', ...attributes] = line.split(';').map((part) => part.trim());
    const at = pair.indexOf('=');
    const [name, value] = [pair.slice(0, at), pair.slice(at + 1)];
    if (attributes.some((one) => /^max-age=0$/i.test(one)) || value === '') this.cookies.delete(name);
    else this.cookies.set(name, value);
  }
}

interface VisitOptions {
  readonly method?: string;
  readonly json?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

function send(
  url: URL,
  options: { method: string; headers: Record<string, string>; localAddress: string },
  body: string,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    const asked = request(url, options, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('error', reject);
      answer.on('end', () => {
        const headers = new Headers();
        for (const [name, values] of Object.entries(answer.headersDistinct))
          for (const value of values ?? []) headers.append(name, value);
        const status = answer.statusCode ?? 500;
        resolve(new Response(status === 204 ? null : Buffer.concat(chunks), { status, headers }));
      });
    });
    asked.on('error', reject);
    asked.end(body);
  });
}
