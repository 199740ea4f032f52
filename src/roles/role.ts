import type { Config } from '../config.ts';
import type { Clock, Log } from '../kit/index.ts';
import type { Platform } from '../platform/index.ts';

/** What every role is given. */
export interface RoleContext {
  readonly config: Config;
  readonly platform: Platform;
  readonly log: Log;
  readonly clock: Clock;
  /** Another module for the engine's threads; only tests have one. */
  readonly engineScript?: URL;
}

/** A role that runs. */
export interface RunningRole {
  /** How it ends, in this order. */
  readonly shutdown: readonly ShutdownPhase[];
}

/** A role that serves. */
export interface ServingRole extends RunningRole {
  /** Where it listens. */
  readonly url: string;
  /** Where people find it. */
  readonly home: string;
  /** Where somebody signs in once, printed for whoever started it; `null` where nobody can. Holds a secret. */
  readonly link: string | null;
}

/** A step of the end. It is given up after its deadline, and the next one begins. */
export interface ShutdownPhase {
  readonly name: string;
  readonly deadlineMs: number;
  run(): Promise<void>;
}
