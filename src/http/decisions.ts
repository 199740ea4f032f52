import type { Context } from 'hono';
import { type Decision, type DocumentRole, roleOf } from '../access/index.ts';
import { actorOf } from './conditions.ts';
import type { HttpEnv, HttpServices } from './services.ts';

/** The one way in which a decision about a request becomes known to whatever keeps account of it. */
export function noteDecision(c: Context<HttpEnv>, decision: Decision): void {
  c.set('decisions', [...(c.get('decisions') ?? []), decision]);
  if (c.get('decision')?.outcome !== 'deny') c.set('decision', decision);
}

/** What whoever asks is in a document with these members; `null` for nothing. */
export function roleIn(
  c: Context<HttpEnv>,
  { clock }: Pick<HttpServices, 'clock'>,
  members: Parameters<typeof roleOf>[1],
): DocumentRole | null {
  return roleOf(actorOf(c), members, clock());
}
