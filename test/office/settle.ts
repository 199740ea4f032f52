import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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
      /** Tracked changes as LibreOffice counts them, before and after. */
      readonly before: number;
      readonly after: number;
      readonly words: Stories;
    }
  | { readonly error: string };

/** LibreOffice as a program that opens documents and settles their tracked changes. */
export class Office {
  private readonly folder = mkdtempSync(join(tmpdir(), 'redline-settle-'));
  private readonly program = process.env.SOFFICE_PATH ?? 'soffice';
  private jobs = 0;

  /** Makes the profile that each job gets a copy of: a new one costs a second, and would lose the macro. */
  async start(): Promise<void> {
    await this.run('profile', ['--terminate_after_init'], 60_000);
    const library = join(this.folder, 'profile/user/basic/Standard');
    mkdirSync(library, { recursive: true });
    cpSync(join(import.meta.dirname, 'Settle.xba'), join(library, 'Module1.xba'));
  }

  /**
   * Settles the tasks one after the other in a process of their own; the answers come in their order.
   *
   * @param timeoutMs of all tasks together, and again for each new attempt.
   */
  async settle(tasks: readonly Task[], timeoutMs: number, attempts = 3): Promise<Settled[]> {
    const settled = await this.attempt(tasks, timeoutMs);
    const missing = tasks.filter((_, index) => settled[index] === null);
    if (missing.length === 0 || attempts === 1)
      return settled.map((one) => one ?? { error: `no answer in ${timeoutMs} ms, or a crash` });
    // LibreOffice 7.4 crashes now and then on documents that it opens the next time.
    const later = await this.settle(missing, timeoutMs, attempts - 1);
    return settled.map((one) => one ?? later.shift() ?? { error: 'no answer' });
  }

  /** Null where a crash or the end of the time left a task without an answer. */
  private async attempt(tasks: readonly Task[], timeoutMs: number): Promise<(Settled | null)[]> {
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
    await this.run(
      job,
      [`macro:///Standard.Module1.Run("${place('tasks')}","${place('answers')}")`],
      timeoutMs,
    );
    const answers = existsSync(place('answers')) ? readFileSync(place('answers'), 'utf8').split('\n') : [];
    const settled = tasks.map((_, index) => settledBy(answers[index] ?? '', place(`${index}.fodt`)));
    rmSync(folder, { recursive: true });
    return settled;
  }

  stop(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private run(profile: string, args: readonly string[], timeoutMs: number): Promise<void> {
    const environment = `-env:UserInstallation=${pathToFileURL(join(this.folder, profile)).href}`;
    const child = spawn(this.program, [environment, '--headless', '--norestore', ...args], {
      stdio: 'ignore',
      detached: true, // the program is a script: its whole group ends with it
    });
    const end = (): void => {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    };
    const timer = setTimeout(end, timeoutMs);
    return new Promise((done, failed) => {
      child.on('error', failed);
      child.on('close', () => {
        clearTimeout(timer);
        done();
      });
    });
  }
}

function settledBy(answer: string, file: string): Settled | null {
  if (answer === '') return null;
  const counts = /^(\d+) (\d+)$/.exec(answer.trim());
  if (counts === null) return { error: answer.trim() };
  return {
    before: Number(counts[1]),
    after: Number(counts[2]),
    words: wordsOf(readFileSync(file, 'utf8')),
  };
}
