/**
 * Whose turn it is in each Object Group: the default member is each member once, then the first again (OASIS TC-153-11;
 * KMIP 1.1 §4.9 leaves it to the server). Kept in memory only: after a restart a group begins anew.
 */
export class GroupTurns {
  readonly #last = new Map<string, string>();

  /** The next of a group's members, which stand in order of creation. */
  next(group: string, members: readonly string[]): string | undefined {
    const last = this.#last.get(group);
    const place = last === undefined ? -1 : members.indexOf(last);
    const member = members[(place + 1) % members.length];
    if (member !== undefined) this.#last.set(group, member);
    return member;
  }

  save(): SavedTurns {
    return [...this.#last];
  }

  restore(turns: SavedTurns): void {
    this.#last.clear();
    for (const [group, last] of turns) this.#last.set(group, last);
  }
}

/** The last member given of each group. */
export type SavedTurns = readonly (readonly [group: string, last: string])[];
