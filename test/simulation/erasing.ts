import type { Sessions } from '../../src/access/index.ts';
import type { Trail } from '../../src/audit/index.ts';
import type { DocumentKeys } from '../../src/documents/document-keys.ts';
import {
  type AllErasures,
  type Ambient,
  Erasures,
  type HeadStore,
  type Operation,
  type OperationStore,
  type Requests,
} from '../../src/documents/index.ts';
import type { Members } from '../../src/documents/members.ts';
import { PersonErasures } from '../../src/documents/person-erasures.ts';
import type { Records } from '../../src/documents/records.ts';
import { removeResult } from '../../src/documents/results.ts';
import { erasuresOf } from '../../src/roles/erasures.ts';
import { disturbed, type Faults } from './faults.ts';
import { type Proofs, SimulatedPlace } from './proofs.ts';
import type { Process, Scheduler } from './scheduler.ts';
import type { SimulatedStore } from './world.ts';

/** What of one process erasing needs. */
export interface ErasingParts {
  readonly process: Process;
  readonly scheduler: Scheduler;
  readonly faults: () => Faults;
  readonly ambient: Ambient;
  readonly proofs: Proofs;
  readonly heads: HeadStore;
  readonly stores: { readonly heads: SimulatedStore; readonly contents: SimulatedStore };
  readonly keys: DocumentKeys;
  readonly members: Members;
  readonly records: Records;
  readonly requests: Requests;
  readonly trail: Trail;
  readonly operations: OperationStore;
  readonly spool: SimulatedStore;
}

/** What erases for good, over the disturbed world. What it asks of lists, plans and sessions is one call that may go wrong. */
export function simulatedErasures(parts: ErasingParts): AllErasures {
  const { process, scheduler, faults, ambient, heads, stores, keys, members, records, requests, trail } =
    parts;
  const ask = async <Answer>(answer: Answer): Promise<Answer> =>
    await disturbed('Catalogue', scheduler, process, faults(), () => answer);
  const nothing = { forget: async () => await ask(undefined) };
  const sessions: Pick<Sessions, 'endAll'> = { endAll: async () => await ask(0) };
  const channel = { publish: async () => await ask(undefined), subscribe: async () => () => {} };
  const { operations, spool } = parts;
  const forgetResult = (operation: Operation) => removeResult(spool, operation);
  const common = { heads, records, requests, operations, forgetResult, ambient };
  return erasuresOf(
    {
      checkpoints: new SimulatedPlace(parts.proofs, scheduler, process, faults),
      ...{ sessions, channel, clock: ambient.clock },
    },
    {
      records,
      erasures: (plans, of) =>
        new Erasures({
          ...{ ...common, stores, keys, plans, trail: of, rules: undefined },
          catalogue: { erase: async () => await ask(undefined) },
        }),
      personErasures: (forgetting, plans, of) =>
        new PersonErasures({ ...common, store: stores.heads, members, plans, forgetting, trail: of }),
    },
    trail,
    nothing,
  );
}
