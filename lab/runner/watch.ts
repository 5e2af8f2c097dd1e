import { type FSWatcher, statSync, watch } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { createRealClock } from '../../core/index.ts';

/** Editors write a file in several strokes (ms). */
const settleMs = 100;

/** Notices files that change in the folders where scenarios are looked for. */
export class FileWatch {
  readonly #watchers: FSWatcher[];
  #changed = new Set<string>();
  #wake: () => void = () => {};

  /** @param names files and folders */
  constructor(names: readonly string[]) {
    const folders = new Set(names.map((name) => resolve(statSync(name).isDirectory() ? name : dirname(name))));
    this.#watchers = [...folders].map((folder) =>
      watch(folder, { recursive: true }, (_event, name) => {
        if (name === null) return;
        this.#changed.add(join(folder, name));
        this.#wake();
      }),
    );
  }

  /**
   * Resolves to the absolute paths of what has changed since the last call, once something has; to undefined when the signal
   * fires first.
   */
  async next(signal: AbortSignal): Promise<ReadonlySet<string> | undefined> {
    const { promise, resolve: settle } = Promise.withResolvers<void>();
    this.#wake = settle;
    signal.addEventListener('abort', () => settle(), { once: true });
    if (this.#changed.size > 0 || signal.aborted) settle();
    await promise;
    if (signal.aborted) return undefined;
    await createRealClock().sleep(settleMs);
    const changed = this.#changed;
    this.#changed = new Set();
    return changed;
  }

  close(): void {
    for (const watcher of this.#watchers) watcher.close();
  }
}
