/** What is going on in a vCenter beside its tasks: calls that are being answered, hosts that restart. */
export class Work {
  readonly #going = new Map<symbol, string>();

  /** Notes something, in words, until the returned function is called. */
  begin(what: string): () => void {
    const one = Symbol(what);
    this.#going.set(one, what);
    return () => void this.#going.delete(one);
  }

  get list(): string[] {
    return [...this.#going.values()];
  }
}
