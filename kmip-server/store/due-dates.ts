interface Due {
  /** ms since the epoch. */
  at: number;
  uniqueIdentifier: string;
}

/**
 * Which objects change their State at which time: a binary heap, earliest first. An object that meanwhile changed otherwise
 * stays in it until its time has come and is then found to be settled.
 */
export class DueDates {
  readonly #heap: Due[] = [];

  add(uniqueIdentifier: string, at: number): void {
    const heap = this.#heap;
    let place = heap.length;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const above = heap[parent] as Due;
      if (above.at <= at) break;
      heap[place] = above;
      place = parent;
    }
    heap[place] = { at, uniqueIdentifier };
  }

  clear(): void {
    this.#heap.length = 0;
  }

  /** Whether the time of any has come at `now` (ms since the epoch). */
  isDue(now: number): boolean {
    const first = this.#heap[0];
    return first !== undefined && first.at <= now;
  }

  /** Takes out the identifiers whose time has come at `now` (ms since the epoch), earliest first. */
  take(now: number): string[] {
    const taken: string[] = [];
    for (let first = this.#heap[0]; first !== undefined && first.at <= now; first = this.#heap[0]) {
      taken.push(first.uniqueIdentifier);
      this.#removeFirst();
    }
    return taken;
  }

  #removeFirst(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= heap.length) break;
      const right = heap[child + 1];
      if (right !== undefined && right.at < (heap[child] as Due).at) child++;
      const below = heap[child] as Due;
      if (below.at >= last.at) break;
      heap[place] = below;
      place = child;
    }
    heap[place] = last;
  }
}
