import type { Json, JsonObject } from '../../core/index.ts';
import type { ValueReader, ValueWriter } from '../state/values.ts';
import { propertiesOf } from '../vim/kernel/registry.ts';
import type { ManagedTypeName, Properties, Ref } from '../vim/kernel/values.ts';

/** A managed object as the property collector sees it: any type, any property. */
export interface ManagedObject {
  readonly ref: Ref;
  readonly type: string;
  /** Grows with every change of the object. */
  readonly revision: number;
  /** The value of a top-level property; undefined when it is unset. */
  read(property: string): unknown;
  /** True for a property that is computed when it is read. */
  isDerived(property: string): boolean;
}

/** What happened to an object. */
export interface StoreChange {
  readonly kind: 'created' | 'changed' | 'deleted';
  /** The stored properties that were replaced; undefined when any property may have changed. */
  readonly properties?: readonly string[];
}

export type StoreListener = (object: ManagedObject, change: StoreChange) => void;

/** All managed objects: by type, in order of creation, `[value, revision, stored properties]`. */
export type SavedStore = {
  readonly lastId: number;
  readonly objects: readonly (readonly [type: string, ofType: readonly (readonly [string, number, JsonObject])[]])[];
};

/** How the properties are computed that are not stored; `object` is the object itself. */
export type Derivations<N extends ManagedTypeName> = {
  [K in keyof Properties<N>]?: (object: TypedObject<N>) => Properties<N>[K];
};

/** What all objects of a type in one store have in common. */
interface TypeTraits {
  readonly derived: Readonly<Record<string, ((object: ManagedObject) => unknown) | undefined>>;
  readonly emit: StoreListener;
}

/** A managed object of a known type. All changes go through `set` and `change`, which tell the store's listeners. */
export class TypedObject<N extends ManagedTypeName> implements ManagedObject {
  readonly ref: Ref;
  revision = 0;
  #properties: Partial<Properties<N>>;
  readonly #traits: TypeTraits;

  constructor(reference: Ref, properties: Partial<Properties<N>>, traits: TypeTraits) {
    this.ref = reference;
    this.#properties = properties;
    this.#traits = traits;
  }

  get type(): N {
    return this.ref.type as N;
  }

  /** `Type:value`. */
  get key(): string {
    return `${this.ref.type}:${this.ref.value}`;
  }

  get<K extends keyof Properties<N>>(property: K): Properties<N>[K] {
    const derive = this.#traits.derived[property as string];
    // Required properties are given when the object is made.
    return derive ? (derive(this) as Properties<N>[K]) : (this.#properties[property] as Properties<N>[K]);
  }

  read(property: string): unknown {
    return propertiesOf(this.ref.type).has(property) ? this.get(property as keyof Properties<N>) : undefined;
  }

  isDerived(property: string): boolean {
    return this.#traits.derived[property] !== undefined;
  }

  /** Replaces properties. */
  set(changes: Partial<Properties<N>>): void {
    Object.assign(this.#properties, changes);
    this.#emit(Object.keys(changes));
  }

  /** Changes a stored data object property: `edit` works on a copy, which then replaces the old value. */
  change<K extends keyof Properties<N>>(property: K, edit: (value: NonNullable<Properties<N>[K]>) => void): void {
    const copy = structuredClone(this.#properties[property]) as NonNullable<Properties<N>[K]>;
    edit(copy);
    this.#properties[property] = copy;
    this.#emit([property as string]);
  }

  /** Says that a derived property has changed. */
  touch(): void {
    this.#emit();
  }

  #emit(properties?: readonly string[]): void {
    this.revision++;
    this.#traits.emit(this, { kind: 'changed', properties });
  }

  save(values: ValueWriter): readonly [string, number, JsonObject] {
    return [this.ref.value, this.revision, values.properties(this.#properties)];
  }

  /** Takes on what was saved, without telling anybody: the store does. */
  restore(revision: number, properties: Partial<Properties<N>>): void {
    this.revision = revision;
    this.#properties = properties;
  }
}

type AnyObject = TypedObject<ManagedTypeName>;

/** All managed objects of a vCenter: the single place where they are made, changed and removed. */
export class ObjectStore {
  /** By type, then by value, in order of creation. */
  readonly #objects = new Map<string, Map<string, AnyObject>>();
  readonly #traits = new Map<string, TypeTraits>();
  readonly #listeners = new Set<StoreListener>();
  readonly #restoreListeners = new Set<() => void>();
  #lastId = 10;
  readonly #derivations: (type: string) => object | undefined;
  readonly #emit: StoreListener = (object, change) => {
    for (const listener of this.#listeners) listener(object, change);
  };

  /** @param derivations gives the computed properties of a type, see {@link Derivations}. */
  constructor(derivations: (type: string) => object | undefined = () => undefined) {
    this.#derivations = derivations;
  }

  /** Makes an object; a `#` in `value` (`vm-#`) becomes the next free number. */
  create<N extends ManagedTypeName>(type: N, value: string, properties: Partial<Properties<N>>): TypedObject<N> {
    const id = value.replace('#', () => String(this.#next()));
    const object = new TypedObject<N>({ type, value: id }, properties, this.#traitsOf(type));
    let ofType = this.#objects.get(type);
    if (!ofType) {
      ofType = new Map();
      this.#objects.set(type, ofType);
    }
    ofType.set(id, object as unknown as AnyObject);
    this.#emit(object, { kind: 'created' });
    return object;
  }

  #traitsOf(type: string): TypeTraits {
    let traits = this.#traits.get(type);
    if (!traits) {
      traits = { derived: (this.#derivations(type) ?? {}) as TypeTraits['derived'], emit: this.#emit };
      this.#traits.set(type, traits);
    }
    return traits;
  }

  // One counter for all types, as ids of a real inventory never coincide.
  #next(): number {
    return ++this.#lastId;
  }

  find(reference: Ref): ManagedObject | undefined {
    return this.#objects.get(reference.type)?.get(reference.value);
  }

  /** The object with that reference when it is of the given type. */
  get<N extends ManagedTypeName>(type: N, reference: Ref | undefined): TypedObject<N> | undefined {
    if (reference?.type !== type) return undefined;
    return this.#objects.get(type)?.get(reference.value) as unknown as TypedObject<N> | undefined;
  }

  /** All objects, type by type. */
  list(): ManagedObject[] {
    return [...this.#objects.values()].flatMap((ofType) => [...ofType.values()]);
  }

  /** All objects of exactly that type, in order of creation. */
  all<N extends ManagedTypeName>(type: N): TypedObject<N>[] {
    return [...(this.#objects.get(type)?.values() ?? [])] as unknown as TypedObject<N>[];
  }

  delete(object: ManagedObject): void {
    if (this.has(object) && this.#objects.get(object.ref.type)?.delete(object.ref.value)) {
      this.#emit(object, { kind: 'deleted' });
    }
  }

  has(object: ManagedObject): boolean {
    return this.find(object.ref) === object;
  }

  /**
   * Calls `listener` after every creation, change and removal until the returned function is called.
   * @param restored is called instead when everything may be another: the store was restored
   */
  subscribe(listener: StoreListener, restored?: () => void): () => void {
    this.#listeners.add(listener);
    if (restored) this.#restoreListeners.add(restored);
    return () => {
      this.#listeners.delete(listener);
      if (restored) this.#restoreListeners.delete(restored);
    };
  }

  save(values: ValueWriter): SavedStore {
    return {
      lastId: this.#lastId,
      objects: [...this.#objects].map(([type, ofType]) => [
        type,
        [...ofType.values()].map((object) => object.save(values)),
      ]),
    };
  }

  /** Makes the objects those that were saved. One that is there now, too, stays the same object with the properties of then. */
  restore(saved: SavedStore, values: ValueReader): void {
    const before = new Map(this.#objects);
    this.#objects.clear();
    for (const [type, saves] of saved.objects) {
      const ofType = new Map<string, AnyObject>();
      this.#objects.set(type, ofType);
      for (const [value, revision, stored] of saves) {
        const existing = before.get(type)?.get(value);
        const object = existing ?? new TypedObject<ManagedTypeName>({ type, value }, {}, this.#traitsOf(type));
        object.restore(revision, propertiesFrom(stored, values));
        ofType.set(value, object);
      }
    }
    this.#lastId = saved.lastId;
    for (const listener of this.#restoreListeners) listener();
  }
}

function propertiesFrom(saved: JsonObject, values: ValueReader): Partial<Properties<ManagedTypeName>> {
  const properties: Record<string, unknown> = {};
  for (const [property, value] of Object.entries(saved)) properties[property] = values.read(value as Json);
  return properties as Partial<Properties<ManagedTypeName>>;
}
