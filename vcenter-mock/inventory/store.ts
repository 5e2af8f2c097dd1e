import { propertiesOf } from '../vim/kernel/registry.ts';
import { type ManagedTypeName, type Properties, type Ref, refKey } from '../vim/kernel/values.ts';

/** A managed object as the property collector sees it: any type, any property. */
export interface ManagedObject {
  readonly ref: Ref;
  readonly type: string;
  /** Grows with every change of the object. */
  readonly revision: number;
  /** The value of a top-level property; undefined when it is unset. */
  read(property: string): unknown;
}

/** How the properties are computed that are not stored; `object` is the object itself. */
export type Derivations<N extends ManagedTypeName> = {
  [K in keyof Properties<N>]?: (object: TypedObject<N>) => Properties<N>[K];
};

/** A managed object of a known type. All changes go through `set` and `change`, which tell the store's listeners. */
export class TypedObject<N extends ManagedTypeName> implements ManagedObject {
  readonly ref: Ref;
  readonly type: N;
  revision = 0;
  readonly #properties: Partial<Properties<N>>;
  readonly #derived: Derivations<N>;
  readonly #changed: (object: ManagedObject) => void;

  constructor(
    reference: Ref,
    type: N,
    properties: Partial<Properties<N>>,
    derived: Derivations<N>,
    changed: (object: ManagedObject) => void,
  ) {
    this.ref = reference;
    this.type = type;
    this.#properties = properties;
    this.#derived = derived;
    this.#changed = changed;
  }

  /** `Type:value`. */
  get key(): string {
    return refKey(this.ref);
  }

  get<K extends keyof Properties<N>>(property: K): Properties<N>[K] {
    const derive = this.#derived[property];
    // Required properties are given when the object is made.
    return derive ? derive(this) : (this.#properties[property] as Properties<N>[K]);
  }

  read(property: string): unknown {
    return propertiesOf(this.type).has(property) ? this.get(property as keyof Properties<N>) : undefined;
  }

  /** Replaces properties. */
  set(changes: Partial<Properties<N>>): void {
    Object.assign(this.#properties, changes);
    this.touch();
  }

  /** Changes a stored data object property: `edit` works on a copy, which then replaces the old value. */
  change<K extends keyof Properties<N>>(property: K, edit: (value: NonNullable<Properties<N>[K]>) => void): void {
    const copy = structuredClone(this.#properties[property]) as NonNullable<Properties<N>[K]>;
    edit(copy);
    this.#properties[property] = copy;
    this.touch();
  }

  /** Says that a derived property has changed. */
  touch(): void {
    this.revision++;
    this.#changed(this);
  }
}

/** All managed objects of a vCenter: the single place where they are made, changed and removed. */
export class ObjectStore {
  readonly #objects = new Map<string, ManagedObject>();
  readonly #listeners = new Set<(object: ManagedObject) => void>();
  #lastId = 10;
  readonly #derivations: (type: string) => object | undefined;

  /** @param derivations gives the computed properties of a type, see {@link Derivations}. */
  constructor(derivations: (type: string) => object | undefined = () => undefined) {
    this.#derivations = derivations;
  }

  /** Makes an object; a `#` in `value` (`vm-#`) becomes the next free number. */
  create<N extends ManagedTypeName>(type: N, value: string, properties: Partial<Properties<N>>): TypedObject<N> {
    const id = value.replace('#', () => String(this.#next()));
    const derived = (this.#derivations(type) ?? {}) as Derivations<N>;
    const object = new TypedObject<N>({ type, value: id }, type, properties, derived, (changed) => this.#emit(changed));
    this.#objects.set(refKey(object.ref), object);
    this.#emit(object);
    return object;
  }

  // One counter for all types, as ids of a real inventory never coincide.
  #next(): number {
    return ++this.#lastId;
  }

  find(reference: Ref): ManagedObject | undefined {
    return this.#objects.get(refKey(reference));
  }

  /** The object with that reference when it is of the given type. */
  get<N extends ManagedTypeName>(type: N, reference: Ref | undefined): TypedObject<N> | undefined {
    const object = reference && this.#objects.get(refKey(reference));
    return object?.type === type ? (object as TypedObject<N>) : undefined;
  }

  /** All objects, in order of creation. */
  list(): ManagedObject[] {
    return [...this.#objects.values()];
  }

  /** All objects of exactly that type, in order of creation. */
  all<N extends ManagedTypeName>(type: N): TypedObject<N>[] {
    const found: TypedObject<N>[] = [];
    for (const object of this.#objects.values()) if (object.type === type) found.push(object as TypedObject<N>);
    return found;
  }

  delete(object: ManagedObject): void {
    if (this.#objects.delete(refKey(object.ref))) this.#emit(object);
  }

  has(object: ManagedObject): boolean {
    return this.#objects.get(refKey(object.ref)) === object;
  }

  /** Calls `listener` after every creation, change and removal until the returned function is called. */
  subscribe(listener: (object: ManagedObject) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  #emit(object: ManagedObject): void {
    for (const listener of this.#listeners) listener(object);
  }
}
