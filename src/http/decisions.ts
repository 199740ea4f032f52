import type { Context } from 'hono';
import type { Decision } from '../access/index.ts';
import type { HttpEnv } from './services.ts';

/** The one way in which a decision about a request becomes known to whatever keeps account of it. */
export function noteDecision(c: Context<HttpEnv>, decision: Decision): void {
  c.set('decisions', [...(c.var.decisions ?? []), decision]);
  if (c.var.decision?.outcome !== 'deny') c.set('decision', decision);
}
