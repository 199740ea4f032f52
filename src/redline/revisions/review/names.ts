import type { Member } from './reading.ts';

/** Where a change stands in the order of its part. */
export function byPlace(a: Member, b: Member): number {
  return a.segment - b.segment || a.rank - b.rank;
}

/** Changes that say the same, by their full names: most have one of their own. */
class Alike {
  readonly named = new Map<string, Member[]>();
  readonly dirty = new Set<string>();
  count = 0;
  /** Was there one alone when they were named last? */
  wasAlone = false;

  add(member: Member): void {
    const members = this.named.get(member.full);
    if (members) members.push(member);
    else this.named.set(member.full, [member]);
    this.dirty.add(member.full);
    this.count++;
  }

  /** @param full  what it was called */
  remove(member: Member, full: string): void {
    const left = (this.named.get(full) ?? []).filter((m) => m !== member);
    if (left.length > 0) this.named.set(full, left);
    else this.named.delete(full);
    this.dirty.add(full);
    this.count--;
  }

  /** Names those that may have another name now. @returns them, whether they have or not */
  settle(): Member[] {
    const alone = this.count === 1;
    const due = alone !== this.wasAlone ? [...this.named.keys()] : this.dirty;
    const touched: Member[] = [];
    for (const full of due) {
      const members = this.named.get(full)?.sort(byPlace) ?? [];
      nameAlike(members, alone);
      for (const member of members) touched.push(member);
    }
    this.wasAlone = alone;
    this.dirty.clear();
    return touched;
  }
}

/** The names of changes by what they say and where they stand, kept true while some come and go. */
export class Names {
  readonly #alike = new Map<string, Alike>();
  readonly #dirty = new Set<Alike>();

  /** @param member  that knows where it stands */
  add(member: Member): void {
    const alike = this.#alike.get(member.content) ?? new Alike();
    this.#alike.set(member.content, alike);
    alike.add(member);
    this.#dirty.add(alike);
  }

  remove(member: Member): void {
    this.#remove(member, member.full);
  }

  /** A change may stand elsewhere than before. */
  moved(member: Member): void {
    const { full } = member;
    if (!member.place()) return;
    this.#remove(member, full);
    this.add(member);
  }

  #remove(member: Member, full: string): void {
    const alike = this.#alike.get(member.content);
    if (!alike) return;
    alike.remove(member, full);
    this.#dirty.add(alike);
    if (alike.count === 0) this.#alike.delete(member.content);
  }

  /** Names those that may have another name now. @returns them, whether they have or not */
  settle(): Member[] {
    const touched = [...this.#dirty].flatMap((alike) => alike.settle());
    this.#dirty.clear();
    return touched;
  }
}

/** As `ChangeNames` does: those that say the same and stand alike are counted, in the order of the document. */
function nameAlike(members: readonly Member[], alone: boolean): void {
  for (const [n, member] of members.entries()) {
    const id = member.isTelling && alone ? `c${member.content}` : member.full;
    member.natural = n > 0 ? `${id}-${n + 1}` : id;
  }
}
