import { Forgetting, type ForgettingParts, Groups, type GroupsParts, People } from '../access/index.ts';
import { Checkpointer, type EventType, type Trail } from '../audit/index.ts';
import type { AllErasures, Exports, Library, PersonTrail } from '../documents/index.ts';
import { systemRandom } from '../kit/index.ts';
import type { Platform } from '../platform/index.ts';
import { sharedOf } from './regional.ts';
import type { RoleContext } from './role.ts';

/** What of an installation erasing needs. */
export interface ErasureContext extends Pick<RoleContext, 'clock'>, Pick<Platform, 'checkpoints'> {
  readonly channel: GroupsParts['channel'];
  readonly sessions: ForgettingParts['sessions'];
}

/** What erases for good, and proves it by the audit trail. */
export function openErasures(
  installed: Pick<RoleContext, 'platform' | 'config' | 'clock'>,
  library: Library,
  trail: Trail,
  exports: Pick<Exports, 'forget'>,
): AllErasures {
  const { channel, sessions } = sharedOf(installed);
  const { clock, platform } = installed;
  return erasuresOf({ checkpoints: platform.checkpoints, channel, sessions, clock }, library, trail, exports);
}

export function erasuresOf(
  { checkpoints: place, channel, sessions, clock }: ErasureContext,
  library: Pick<Library, 'records' | 'erasures' | 'personErasures'>,
  trail: Trail,
  exports: Pick<Exports, 'forget'>,
): AllErasures {
  const { records } = library;
  const signer = place === null ? null : new Checkpointer({ trail, place, records, clock });
  const find = async (tenant: string, type: EventType, object: string, after: number) => {
    for await (const event of trail.events(tenant, after + 1)) {
      const { sequence, hash } = event;
      if (event.type === type && event.object === object && event.outcome === 'done')
        return { sequence, hash };
    }
    return null;
  };
  const common: Pick<PersonTrail, 'end' | 'sign'> = {
    end: async (tenant) => {
      await trail.advance().catch(() => {});
      const end = trail.end(tenant);
      return end === null || end.sequence === 0 ? null : end;
    },
    sign: async (statement) => (signer === null ? null : await signer.attest(statement)),
  };
  const erasures = library.erasures(exports, {
    ...common,
    holds: (commit) => trail.holds(commit),
    erasure: (tenant, object, after) => find(tenant, 'document.erased', object, after),
  });
  const told: PersonTrail['told'] = async (tenant, { by, person, before }) => {
    const after = before?.sequence ?? 0;
    const there = await find(tenant, 'person.erased', person, after);
    if (there !== null) return there;
    const said = { type: 'person.erased', outcome: 'done', reason: 'administrator' } as const;
    await trail.record({ ...said, id: `${person}.erased`, actor: { ...by, tenant }, object: person });
    // One run may be under way that began before; what a sink does not take makes no difference here.
    for (let runs = 0; runs < 2; runs += 1) await trail.advance().catch(() => {});
    return await find(tenant, 'person.erased', person, after);
  };
  const parts = { records, clock, random: systemRandom, channel, sessions };
  const people = new People(records, clock, systemRandom);
  const forgetting = new Forgetting({ ...parts, people, groups: new Groups(parts) });
  return { erasures, personErasures: library.personErasures(forgetting, exports, { ...common, told }) };
}
