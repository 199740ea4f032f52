import { ConfigError } from '../config.ts';
import type { Library } from '../documents/index.ts';
import { OutsideError } from '../kit/index.ts';
import { CliError } from './errors.ts';

/** Works beside the service of a folder, which may run meanwhile. @param work is told under which address people find it. */
export async function withService<Answer>(
  data: string | undefined,
  work: (library: Library, origin: string) => Promise<Answer>,
): Promise<Answer> {
  // Loaded only here: the other commands start without the service's packages.
  const { withLibrary } = await import('../main.ts');
  const { AccessError } = await import('../access/index.ts');
  const working = withLibrary({ REDLINE_DATA: data }, (library, { signIn, host, port }) =>
    work(library, signIn.origin ?? `http://${host}:${port}`),
  );
  return await working.catch((error: unknown) => {
    // What cannot be opened, and what is refused, is said in words that help.
    const isOurs =
      error instanceof OutsideError || error instanceof ConfigError || error instanceof AccessError;
    if (isOurs) throw new CliError('usage', error.message, error);
    throw error;
  });
}
