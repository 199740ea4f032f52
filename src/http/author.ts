import type { Context } from 'hono';
import { actorOf } from './conditions.ts';
import { authorSchema } from './schemas.ts';
import type { HttpEnv } from './services.ts';

/** In whose name marks are made when the request names nobody: as colleagues know who asks, as far as Word can say it. */
export function authorOf(c: Context<HttpEnv>): string {
  const { name = null, email = null } = c.get('principal')?.standing?.person ?? {};
  const key = c.get('principal')?.key?.name ?? null;
  const { id } = actorOf(c);
  const fits = (text: string | null) => text !== null && authorSchema.safeParse(text).success;
  return [name, email, key].find(fits) ?? id;
}
