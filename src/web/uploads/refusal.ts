import { type Problem, ProblemError } from '../../client/index.ts';
import { MAX_BYTES } from '../files.ts';

/** Why a file need not be sent: only what its name and size show. The rest is for the service, which looks inside. */
export function refusalOf({ name, size }: Pick<File, 'name' | 'size'>): Problem | undefined {
  const code = codeOf(name, size);
  return code === undefined ? undefined : new ProblemError({ code }).problem;
}

function codeOf(name: string, size: number): string | undefined {
  if (size === 0) return 'document/empty';
  if (size > MAX_BYTES) return 'documents/too-large';
  return /\.(doc|dot|rtf|odt)$/i.test(name) ? 'document/legacy-format' : undefined;
}
