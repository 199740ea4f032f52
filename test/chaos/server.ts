import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

/** The real service as a process of its own, which can be killed and comes back over the same data. */
export class MortalServer {
  readonly #folder: string;
  readonly #settings: Readonly<Record<string, string>>;
  #child: ChildProcess | null = null;
  #url: Promise<string>;
  deaths = 0;

  private constructor(folder: string, settings: Readonly<Record<string, string>>) {
    this.#folder = folder;
    this.#settings = settings;
    this.#url = this.#start();
  }

  /** @param settings besides those that every one has. */
  static start(folder: string, settings: Readonly<Record<string, string>> = {}): MortalServer {
    return new MortalServer(folder, settings);
  }

  /** Where it answers; waits while it is starting. */
  url(): Promise<string> {
    return this.#url;
  }

  /** Ends it in the middle of whatever it does, and starts it again. */
  async kill(): Promise<void> {
    await this.#url;
    this.deaths += 1;
    this.#url = this.#end().then(() => this.#start());
    await this.#url;
  }

  /** Stands still in the middle of whatever it does. @returns what lets it go on. */
  freeze(): () => void {
    const child = this.#child;
    child?.kill('SIGSTOP');
    return () => child?.kill('SIGCONT');
  }

  async stop(): Promise<void> {
    await this.#url.catch(() => {});
    await this.#end();
  }

  async #end(): Promise<void> {
    const child = this.#child;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const closed = once(child, 'close');
    child.kill('SIGKILL');
    await closed;
    this.#child = null;
  }

  #start(): Promise<string> {
    const env = {
      PATH: process.env.PATH,
      PORT: '0',
      REDLINE_DATA: this.#folder,
      REDLINE_WORKERS: '1',
      REDLINE_LOG_LEVEL: 'error',
      ...this.#settings,
    };
    const child = spawn(process.execPath, [MAIN], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    let said = '';
    child.stderr.on('data', (chunk) => {
      said += chunk;
    });
    return new Promise((resolve, reject) => {
      let output = '';
      child.stdout.on('data', (chunk) => {
        output += chunk;
        const [url] = /http:\/\/127\.0\.0\.1:\d+/.exec(output) ?? [];
        if (url !== undefined) resolve(url);
      });
      child.once('close', (code) => reject(new Error(`The service ended with ${code}: ${said}`)));
    });
  }
}
