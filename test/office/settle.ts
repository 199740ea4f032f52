import { spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Stories, wordsOf } from './words.ts';

/** A document to open, and what to do with its tracked changes before its words are read. */
export interface Task {
  /** Path. */
  readonly file: string;
  readonly mode: 'keep' | 'accept' | 'reject';
}

export type Settled =
  | {
      /** Tracked changes that the document then holds, as LibreOffice counts them. */
      readonly changes: number;
      readonly words: Stories;
    }
  | { readonly error: string };

/** Was there an answer, and was it no error? */
export function isSettled(one: Settled | undefined): one is Exclude<Settled, { error: string }> {
  return one !== undefined && !('error' in one);
}

/** How often a task is tried alone. */
const ATTEMPTS = 2;
/** How often is looked whether a task was answered, in milliseconds. */
const WATCH_MS = 250;
/** Milliseconds for the program to start; and per kilobyte of a document, beside what every task may take. */
const START_MS = 30_000;
const KILOBYTE_MS = 200;

interface Attempt {
  /** Null where a crash or the end of the time left a task without an answer. */
  readonly settled: readonly (Settled | null)[];
  readonly isLate: boolean;
}

/** LibreOffice as a program that opens documents and settles their tracked changes. */
export class Office {
  private readonly folder = mkdtempSync(join(tmpdir(), 'redline-settle-'));
  private readonly program = process.env.SOFFICE_PATH ?? 'soffice';
  private jobs = 0;

  /** Makes the profile that each job gets a copy of: a new one costs a second, and would lose the macro. */
  async start(): Promise<void> {
    await this.run('profile', ['--terminate_after_init'], () => START_MS);
    const library = join(this.folder, 'profile/user/basic/Standard');
    mkdirSync(library, { recursive: true });
    cpSync(join(import.meta.dirname, 'Settle.xba'), join(library, 'Module1.xba'));
  }

  /**
   * Settles the tasks one after the other; the answers come in their order. A task at which LibreOffice crashes or stops
   * is set aside, and tried again alone after the others: 7.4 crashes now and then on what it opens the next time.
   *
   * @param timeoutMs of one task; larger documents have more.
   */
  async settle(tasks: readonly Task[], timeoutMs: number): Promise<Settled[]> {
    const answers = new Map<Task, Settled>();
    const aside: Task[] = [];
    let left = tasks;
    while (left.length > 0) {
      const { settled } = await this.attempt(left, timeoutMs);
      for (const [index, one] of settled.entries()) if (one !== null) answers.set(left[index] as Task, one);
      left = left.filter((task) => !answers.has(task));
      aside.push(...left.slice(0, 1));
      left = left.slice(1);
    }
    for (const task of aside) answers.set(task, await this.settleAlone(task, timeoutMs));
    return tasks.map((task) => answers.get(task) ?? { error: 'no answer' });
  }

  private async settleAlone(task: Task, timeoutMs: number): Promise<Settled> {
    for (let attempt = 1; ; attempt++) {
      const { settled, isLate } = await this.attempt([task], timeoutMs);
      if (settled[0]) return settled[0];
      if (attempt === ATTEMPTS) return { error: isLate ? `no answer in time` : 'a crash' };
    }
  }

  private async attempt(tasks: readonly Task[], timeoutMs: number): Promise<Attempt> {
    const job = `job-${this.jobs++}`;
    const folder = join(this.folder, job);
    cpSync(join(this.folder, 'profile'), folder, { recursive: true });
    const place = (name: string): string => join(folder, name);
    // Copies: LibreOffice leaves lock files beside what it opens.
    for (const [index, task] of tasks.entries()) cpSync(task.file, place(`${index}.docx`));
    const lines = tasks.map((task, index) =>
      [pathToFileURL(place(`${index}.docx`)), task.mode, pathToFileURL(place(`${index}.fodt`))].join('\t'),
    );
    writeFileSync(place('tasks'), lines.join('\n'));
    const answered = (): string[] =>
      existsSync(place('answers')) ? readFileSync(place('answers'), 'utf8').split('\n').slice(0, -1) : [];
    const limit = (): number => {
      const done = answered().length;
      const sizes = tasks.slice(0, done + 1).map(({ file }) => statSync(file).size / 1024);
      return sizes.reduce((sum, size) => sum + timeoutMs + KILOBYTE_MS * size, START_MS);
    };
    const macro = `macro:///Standard.Module1.Run("${place('tasks')}","${place('answers')}")`;
    const isLate = await this.run(job, [macro], limit);
    const answers = answered();
    const settled = tasks.map((_, index) => settledBy(answers[index] ?? '', place(`${index}.fodt`)));
    rmSync(folder, { recursive: true });
    return { settled, isLate };
  }

  stop(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  /**
   * @param limitMs after how many milliseconds since the start it is ended; asked again and again.
   * @returns whether it was.
   */
  private run(profile: string, args: readonly string[], limitMs: () => number): Promise<boolean> {
    const environment = `-env:UserInstallation=${pathToFileURL(join(this.folder, profile)).href}`;
    const child = spawn(this.program, [environment, '--headless', '--norestore', ...args], {
      stdio: 'ignore',
      detached: true, // the program is a script: its whole group ends with it
    });
    const start = performance.now();
    let isLate = false;
    const timer = setInterval(() => {
      if (performance.now() - start < limitMs()) return;
      isLate = true;
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    }, WATCH_MS);
    return new Promise((done, failed) => {
      child.on('error', failed);
      child.on('close', () => {
        clearInterval(timer);
        done(isLate);
      });
    });
  }
}

function settledBy(answer: string, file: string): Settled | null {
  if (answer === '') return null;
  if (answer.trim() !== 'done') return { error: answer.trim() };
  const xml = readFileSync(file, 'utf8');
  return { changes: xml.split('<text:changed-region ').length - 1, words: wordsOf(xml) };
}
