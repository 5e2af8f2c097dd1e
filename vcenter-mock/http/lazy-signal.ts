/** A signal that is made when it is first asked for: most calls answer at once and never look. */
export class LazySignal {
  readonly #make: () => AbortSignal;
  #signal: AbortSignal | undefined;

  constructor(make: () => AbortSignal) {
    this.#make = make;
  }

  get value(): AbortSignal {
    this.#signal ??= this.#make();
    return this.#signal;
  }
}
