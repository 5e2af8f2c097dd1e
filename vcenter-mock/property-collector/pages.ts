import type { RandomStream } from '../../core/index.ts';
import type { ObjectStore } from '../inventory/store.ts';
import { parseRefKey, refKey } from '../vim/kernel/values.ts';
import type { Selected } from './selection.ts';

/** A retrieval of which not everything was sent yet. */
interface Rest {
  readonly objects: readonly Selected[];
  readonly maxObjects: number;
}

/** An unfinished retrieval: its token, the objects by key with their paths, and how many go on a page. */
export type SavedRest = readonly [
  token: string,
  objects: readonly (readonly [string, readonly string[]])[],
  maxObjects: number,
];

/** Unfinished retrievals of a collector that are kept. */
const maxRests = 100;

/** The unfinished retrievals of a collector, by token. They end with it, so with the session at the latest. */
export class Pages {
  readonly #random: RandomStream;
  readonly #rests = new Map<string, Rest>();

  constructor(random: RandomStream) {
    this.#random = random;
  }

  /** The first `maxObjects` objects, and a token for the others when there are any. */
  cut(
    objects: readonly Selected[],
    maxObjects: number | undefined,
  ): { objects: readonly Selected[]; token: string | undefined } {
    if (maxObjects === undefined || objects.length <= maxObjects) return { objects, token: undefined };
    const token = this.#random.uuid();
    // Clients may forget theirs: only so many are kept, the oldest goes first. assumed
    const [oldest] = this.#rests.keys();
    if (oldest !== undefined && this.#rests.size >= maxRests) this.#rests.delete(oldest);
    this.#rests.set(token, { objects: objects.slice(maxObjects), maxObjects });
    return { objects: objects.slice(0, maxObjects), token };
  }

  /** Takes what a token stands for; undefined when it stands for nothing. */
  take(token: string): Rest | undefined {
    const rest = this.#rests.get(token);
    this.#rests.delete(token);
    return rest;
  }

  clear(): void {
    this.#rests.clear();
  }

  /** What has gone meanwhile is left out, as on the page. */
  save(store: ObjectStore): SavedRest[] {
    return [...this.#rests].map(([token, { objects, maxObjects }]) => [
      token,
      objects.filter(({ object }) => store.has(object)).map(({ object, paths }) => [refKey(object.ref), paths]),
      maxObjects,
    ]);
  }

  restore(saved: readonly SavedRest[], store: ObjectStore): void {
    this.#rests.clear();
    for (const [token, saves, maxObjects] of saved) {
      const objects = saves.flatMap(([key, paths]) => {
        const object = store.find(parseRefKey(key));
        return object ? [{ object, paths }] : [];
      });
      this.#rests.set(token, { objects, maxObjects });
    }
  }
}
