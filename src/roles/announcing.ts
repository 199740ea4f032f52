import { hostname } from 'node:os';
import { idleTimer, systemRandom } from '../kit/index.ts';
import type { RoleContext } from './role.ts';

/** How often a worker says that it is there, and for how long that holds. */
const EVERY_MS = 10_000;
const HOLDS_MS = 30_000;

/** Says how many jobs this process can do at a time, so that whoever watches knows how busy all workers are. @returns what ends that. */
export function announceRegularly({ platform, config }: RoleContext): () => void {
  const { queue } = platform.shared;
  const worker = `${hostname()}-${Buffer.from(systemRandom(6)).toString('hex')}`;
  let isEnded = false;
  let stop = (): void => {};
  // Where the queue does not answer, nobody hears how busy it is either.
  const tell = async (holdsMs: number): Promise<void> =>
    await queue.announce({ worker, slots: config.jobs }, holdsMs).catch(() => {});
  const announce = async (): Promise<void> => {
    await tell(HOLDS_MS);
    if (!isEnded) stop = idleTimer(EVERY_MS, () => void announce());
  };
  void announce();
  return () => {
    isEnded = true;
    stop();
    void tell(0);
  };
}
