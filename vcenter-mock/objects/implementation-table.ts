import type { ManagedObject } from '../inventory/store.ts';
import type { Vcenter } from '../vcenter.ts';
import type { AnyImplementation, AnyMethod } from '../vim/kernel/implementation.ts';
import { managedDeclaration } from '../vim/kernel/registry.ts';

/** Finds the function behind a method of a managed object type, in the type itself or in its bases. */
export class ImplementationTable {
  readonly #byType = new Map<string, AnyImplementation>();

  constructor(implementations: readonly AnyImplementation[]) {
    for (const { type, methods, derive } of implementations) {
      const before = this.#byType.get(type);
      this.#byType.set(type, {
        type,
        methods: { ...before?.methods, ...methods },
        derive: { ...before?.derive, ...derive },
      });
    }
  }

  method(type: string, method: string): AnyMethod | undefined {
    let current: string | undefined = type;
    while (current) {
      const own = this.#byType.get(current)?.methods;
      if (own && Object.hasOwn(own, method)) return own[method];
      current = managedDeclaration(current)?.base;
    }
    return undefined;
  }

  /** The computed properties of a type, those of its bases included. */
  derivations(type: string, vc: Vcenter): Record<string, (object: ManagedObject) => unknown> {
    const base = managedDeclaration(type)?.base;
    const derivations = base ? this.derivations(base, vc) : {};
    for (const [property, derive] of Object.entries(this.#byType.get(type)?.derive ?? {})) {
      derivations[property] = (object) => derive(object, vc);
    }
    return derivations;
  }

  /** `Type.method` of everything that is implemented, for the coverage ledger. */
  get implemented(): string[] {
    return [...this.#byType].flatMap(([type, { methods }]) =>
      Object.keys(methods).map((method) => `${type}.${method}`),
    );
  }
}
