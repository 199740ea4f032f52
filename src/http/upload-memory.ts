import { JobError } from '../jobs/index.ts';

/** One request's part of the memory for uploads. */
export interface UploadShare {
  /** @throws {JobError} `service/busy` when all shares together would pass the ceiling. */
  take(bytes: number): void;
  release(): void;
}

/** The bytes that all uploads in flight hold together, so that many large ones cannot exhaust the machine. */
export class UploadMemory {
  readonly #ceiling: number;
  #held = 0;

  /** @param ceiling bytes. */
  constructor(ceiling: number) {
    this.#ceiling = ceiling;
  }

  get held(): number {
    return this.#held;
  }

  open(): UploadShare {
    let share = 0;
    return {
      take: (bytes) => {
        if (this.#held + bytes > this.#ceiling) throw full();
        this.#held += bytes;
        share += bytes;
      },
      release: () => {
        this.#held -= share;
        share = 0;
      },
    };
  }
}

function full(): JobError {
  return new JobError('service/busy', 'The uploads in flight fill the memory that is set aside for them.', 2);
}
