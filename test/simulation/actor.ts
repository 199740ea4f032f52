import { type Actor, localOperator } from '../../src/access/index.ts';

export const TENANT = 't';
/** Whoever sends requests: the same through whatever process. */
export const CLIENT = actorOf('client');

export function actorOf(id: string): Actor {
  return { ...localOperator('r', null), tenant: TENANT, id };
}

/** Somebody whom clients let in as an editor, and show out again. */
export const GUEST: Actor = { ...actorOf('guest'), kind: 'person', subjects: ['person:guest'] };
