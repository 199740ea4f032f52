/** Milliseconds since 1970 in UTC. Passed in wherever time decides something, so that tests can move it. */
export type Clock = () => number;

export const systemClock: Clock = () => Date.now();
