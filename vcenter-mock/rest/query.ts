import { invalidArgument, type Root } from './errors.ts';

/**
 * The query of a request: `names=a&names=b` in `/api`, `filter.names.1=a&filter.names.2=b` or `filter.names=a` in `/rest`.
 * documented; observed: `/api` refuses the form of `/rest`
 */
export class Query {
  readonly #root: Root;
  readonly #values: URLSearchParams;

  constructor(text: string, root: Root) {
    this.#root = root;
    this.#values = new URLSearchParams(text);
  }

  /** A parameter outside a filter. */
  get(name: string): string | undefined {
    return this.#values.get(name) ?? undefined;
  }

  /** The values of a filter's member; undefined when it is absent. */
  list(name: string): string[] | undefined {
    const found: string[] = [];
    for (const [key, value] of this.#values) if (this.#memberOf(key) === name) found.push(value);
    return found.length > 0 ? found : undefined;
  }

  /** The first parameter that is none of these; undefined when all are. */
  unknown(known: readonly string[]): string | undefined {
    return [...this.#values.keys()].find((key) => !key.startsWith('~') && !known.includes(this.#memberOf(key)));
  }

  /** The member of a filter that a parameter stands for. */
  #memberOf(key: string): string {
    return this.#root === 'api' ? key : key.replace(/^filter\./, '').replace(/\.\d+$/, '');
  }

  /** The values of a filter's member that is an enumeration. @throws INVALID_ARGUMENT for other values */
  choices<T extends string>(name: string, allowed: readonly T[]): T[] | undefined {
    return this.list(name)?.map((value) => {
      const known = allowed.find((candidate) => candidate === value);
      if (known === undefined) throw invalidArgument(`Invalid value "${value.slice(0, 100)}" of ${name}.`);
      return known;
    });
  }
}
