export { type Actor, LOCAL_TENANT, localOperator } from './actor.ts';
export type { Cache } from './ports/cache.ts';
export type { Channel } from './ports/channel.ts';
export type { RateLimits, RateRule, RateVerdict } from './ports/rate-limits.ts';
export type { Rotation, Session, SessionName, Sessions } from './ports/sessions.ts';
