import type { Member } from './reading.ts';

/** Where a change stands in the order of its part. */
export function byPlace(a: Member, b: Member): number {
  return a.segment - b.segment || a.rank - b.rank;
}

/** The names of changes by what they say and where they stand, kept true while some come and go. */
export class Names {
  readonly #alike = new Map<string, Member[]>();
  readonly #dirty = new Set<string>();

  add(member: Member): void {
    const members = this.#alike.get(member.content);
    if (members) members.push(member);
    else this.#alike.set(member.content, [member]);
    this.#dirty.add(member.content);
  }

  remove(members: ReadonlySet<Member>): void {
    for (const content of new Set(Array.from(members, (m) => m.content))) {
      const left = (this.#alike.get(content) ?? []).filter((m) => !members.has(m));
      if (left.length > 0) this.#alike.set(content, left);
      else this.#alike.delete(content);
      this.#dirty.add(content);
    }
  }

  /** A change stands elsewhere than before. */
  moved(member: Member): void {
    if (member.place()) this.#dirty.add(member.content);
  }

  /** Names those that may have another name now. @returns them, whether they have or not */
  settle(): Member[] {
    const touched: Member[] = [];
    for (const content of this.#dirty) {
      const members = this.#alike.get(content);
      if (!members) continue;
      members.sort(byPlace);
      nameAlike(members);
      touched.push(...members);
    }
    this.#dirty.clear();
    return touched;
  }
}

/** As `ChangeNames` does: those that say the same and stand alike are counted, in the order of the document. */
function nameAlike(members: readonly Member[]): void {
  const taken = new Map<string, number>();
  for (const member of members) {
    const n = (taken.get(member.full) ?? 0) + 1;
    taken.set(member.full, n);
    const id = member.isTelling && members.length === 1 ? `c${member.content}` : member.full;
    member.natural = n > 1 ? `${id}-${n}` : id;
  }
}
