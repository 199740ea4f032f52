import { run } from '../../src/cli/program.ts';

/** A command within this process. @returns its exit code, and what it wrote to standard output. */
export async function runHere(...args: string[]): Promise<{ code: number; text: string }> {
  const out: string[] = [];
  const sink = (data: string | Uint8Array, done: () => void): void => {
    out.push(Buffer.from(data as Uint8Array).toString());
    done();
  };
  const ignored = (_: unknown, done: () => void): void => done();
  const code = await run(args, {
    stdin: process.stdin,
    stdout: { write: sink },
    stderr: { write: ignored },
    today: () => new Date(),
  });
  return { code, text: out.join('') };
}
