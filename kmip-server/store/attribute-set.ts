import {
  type Attribute,
  type AttributeValue,
  type Item,
  ItemType,
  makeAttribute,
  readAttribute,
  type StandardAttributeName,
} from '../../kmip/index.ts';

/** One instance of an attribute; `value` carries the tag Attribute Value. Never changed, so objects share equal ones. */
export interface AttributeInstance {
  readonly name: string;
  /** KMIP 1.1 §2.1.1: stays the same when other instances are deleted. */
  readonly index: number;
  readonly value: Item;
}

/** An instance whose value is made when it is first asked for. */
class DeferredInstance implements AttributeInstance {
  readonly name: string;
  readonly index = 0;
  #make: (() => Item) | undefined;
  #value: Item | undefined;

  constructor(name: string, make: () => Item) {
    this.name = name;
    this.#make = make;
  }

  get value(): Item {
    this.#value ??= this.#make?.() as Item;
    this.#make = undefined;
    return this.#value;
  }
}

/**
 * First instances that many objects have alike: algorithms, lengths, masks, states, flags, this second's dates. A store
 * of many keys holds each once. Bounded.
 */
const shared = new Map<string, Map<number | boolean, AttributeInstance>>();
const maxShared = 64;

function sharedFor(name: string): Map<number | boolean, AttributeInstance> {
  let instances = shared.get(name);
  if (!instances) {
    instances = new Map();
    shared.set(name, instances);
  }
  if (instances.size >= maxShared) instances.clear();
  return instances;
}

/** A standard attribute's first instance from its typed value. */
function instanceOf<N extends StandardAttributeName>(name: N, value: AttributeValue<N>): AttributeInstance {
  const make = () => ({ name, index: 0, value: makeAttribute(name, value).attributeValue as Item });
  if (typeof value !== 'number' && typeof value !== 'boolean') return make();
  const instances = sharedFor(name);
  const known = instances.get(value) ?? make();
  instances.set(value, known);
  return known;
}

/** A first instance from an item: shared when it is a number of a standard type that says all there is. */
function instanceFrom(name: string, value: Item): AttributeInstance {
  const instance = { name, index: 0, value };
  // A custom attribute may have any type, so its number does not tell which.
  if (value.type !== ItemType.Integer && value.type !== ItemType.Enumeration) return instance;
  if (name.startsWith('x-') || name.startsWith('y-')) return instance;
  const instances = sharedFor(name);
  const known = instances.get(value.value) ?? instance;
  instances.set(value.value, known);
  return known;
}

/** The attributes of a stored object, to read. */
export interface ReadableAttributes {
  /** Each name once, in the order in which the first instances were set. */
  readonly names: string[];
  has(name: string): boolean;
  instances(name: string): readonly AttributeInstance[];
  /** The instance with that index. */
  at(name: string, index: number): AttributeInstance | undefined;
  /** The typed value of a standard attribute's first instance. */
  read<N extends StandardAttributeName>(name: N): AttributeValue<N> | undefined;
  /** All instances of the named attributes (default all) as they go on the wire. */
  toWire(names?: readonly string[]): Attribute[];
  /** A set of its own with the same instances, which never change. */
  copy(): AttributeSet;
  /** All there is, for a store that keeps it: the instances, and the next index of attributes that had one deleted. */
  dump(): { instances: readonly AttributeInstance[]; nextIndex: ReadonlyMap<string, number> | undefined };
}

/**
 * The attributes of one object, in the order in which they were set. A flat list: an object has a dozen, most of them
 * shared with others, so this is small and quick where a map of lists is neither.
 */
export class AttributeSet implements ReadableAttributes {
  #entries: AttributeInstance[] = [];
  /** The next index of attributes that had an instance deleted. */
  #nextIndex: Map<string, number> | undefined;

  get names(): string[] {
    return [...new Set(this.#entries.map(({ name }) => name))];
  }

  has(name: string): boolean {
    return this.#first(name) !== undefined;
  }

  instances(name: string): readonly AttributeInstance[] {
    return this.#entries.filter((entry) => entry.name === name);
  }

  #first(name: string): AttributeInstance | undefined {
    for (const entry of this.#entries) if (entry.name === name) return entry;
    return undefined;
  }

  #position(name: string, index: number): number {
    return this.#entries.findIndex((entry) => entry.name === name && entry.index === index);
  }

  at(name: string, index: number): AttributeInstance | undefined {
    return this.#entries[this.#position(name, index)];
  }

  read<N extends StandardAttributeName>(name: N): AttributeValue<N> | undefined {
    const first = this.#first(name);
    return first && readAttribute(name, { attributeName: name, attributeValue: first.value });
  }

  /** Sets a single-instance standard attribute from its typed value. */
  write<N extends StandardAttributeName>(name: N, value: AttributeValue<N>): void {
    this.#set(instanceOf(name, value));
  }

  /** Sets a single-instance attribute whose value is worked out when it is first asked for. */
  defer(name: StandardAttributeName, make: () => Item): void {
    this.#set(new DeferredInstance(name, make));
  }

  #set(instance: AttributeInstance): void {
    const position = this.#position(instance.name, 0);
    if (position < 0) this.#entries.push(instance);
    else this.#entries[position] = instance;
  }

  /** Adds an instance and gives it the next index. */
  add(name: string, value: Item): AttributeInstance {
    let index = this.#nextIndex?.get(name) ?? 0;
    for (const entry of this.#entries) if (entry.name === name) index = Math.max(index, entry.index + 1);
    const instance = index === 0 ? instanceFrom(name, value) : { name, index, value };
    this.#entries.push(instance);
    return instance;
  }

  /** Replaces the value of an existing instance; false when there is none with that index. */
  replace(name: string, index: number, value: Item): boolean {
    const position = this.#position(name, index);
    if (position < 0) return false;
    this.#entries[position] = { name, index, value };
    return true;
  }

  /** Removes an instance and returns it. */
  remove(name: string, index: number): AttributeInstance | undefined {
    const position = this.#position(name, index);
    if (position < 0) return undefined;
    const last = this.instances(name).at(-1)?.index ?? 0;
    this.#nextIndex ??= new Map();
    this.#nextIndex.set(name, Math.max(last + 1, this.#nextIndex.get(name) ?? 0));
    return this.#entries.splice(position, 1)[0];
  }

  copy(): AttributeSet {
    const copy = new AttributeSet();
    copy.#entries = [...this.#entries];
    copy.#nextIndex = this.#nextIndex && new Map(this.#nextIndex);
    return copy;
  }

  dump() {
    return { instances: this.#entries as readonly AttributeInstance[], nextIndex: this.#nextIndex };
  }

  /** The set that {@link ReadableAttributes.dump} told of. */
  static load(
    instances: Iterable<{ name: string; index: number; value: Item }>,
    nextIndex?: ReadonlyMap<string, number>,
  ): AttributeSet {
    const set = new AttributeSet();
    for (const { name, index, value } of instances) {
      set.#entries.push(index === 0 ? instanceFrom(name, value) : { name, index, value });
    }
    if (nextIndex !== undefined && nextIndex.size > 0) set.#nextIndex = new Map(nextIndex);
    return set;
  }

  toWire(names: readonly string[] = this.names): Attribute[] {
    return names.flatMap((name) => this.instances(name).map(wireAttribute));
  }
}

/** An instance as it goes on the wire. KMIP 1.1 §2.1.1: an absent index means 0; vCenter was answered without (observed). */
export function wireAttribute({ name, index, value }: AttributeInstance): Attribute {
  return { attributeName: name, ...(index > 0 && { attributeIndex: index }), attributeValue: value };
}
