import { Checkpointer, type Trail } from '../audit/index.ts';
import type { Erasures, Exports, Library } from '../documents/index.ts';
import type { RoleContext } from './role.ts';

/** What erases documents for good, and proves it by the audit trail. */
export function openErasures(
  { platform, clock }: Pick<RoleContext, 'platform' | 'clock'>,
  library: Library,
  trail: Trail,
  exports: Pick<Exports, 'forget'>,
): Erasures {
  const { checkpoints: place } = platform;
  const { records } = library;
  const signer = place === null ? null : new Checkpointer({ trail, place, records, clock });
  return library.erasures(exports, {
    end: async (tenant) => {
      await trail.advance().catch(() => {});
      const end = trail.end(tenant);
      return end === null || end.sequence === 0 ? null : end;
    },
    holds: (tenant, object, operation) => trail.holds(tenant, object, operation),
    erasure: async (tenant, object, after) => {
      for await (const event of trail.events(tenant, after + 1)) {
        const { type, sequence, hash } = event;
        if (type === 'document.erased' && event.object === object) return { sequence, hash };
      }
      return null;
    },
    sign: async (statement) => (signer === null ? null : await signer.attest(statement)),
  });
}
