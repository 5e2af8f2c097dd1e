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

type SharedValue = number | boolean | string;

/**
 * First instances that many objects have alike: algorithms, lengths, masks, states, flags, this second's dates, the product
 * that a client names with every key. A store of many keys holds each once. Bounded.
 */
const shared = new Map<string, Map<SharedValue, AttributeInstance>>();
const maxShared = 64;
/** Attributes whose names clients choose are shared up to this many. */
const maxSharedNames = 256;
/** Longer texts are hardly ever alike. */
const maxSharedLength = 64;

function knownInstance(name: string, value: SharedValue): AttributeInstance | undefined {
  return shared.get(name)?.get(value);
}

/** Makes an instance the one that is shared from now on. */
function share(instance: AttributeInstance, value: SharedValue): AttributeInstance {
  let instances = shared.get(instance.name);
  if (!instances) {
    if (shared.size >= maxSharedNames) shared.clear();
    instances = new Map();
    shared.set(instance.name, instances);
  }
  // What stands here longest goes: texts that each object has for itself do not drive out at once what all have alike.
  if (instances.size >= maxShared) instances.delete(instances.keys().next().value as SharedValue);
  instances.set(value, instance);
  return instance;
}

/** A standard attribute's first instance from its typed value. */
function instanceOf<N extends StandardAttributeName>(name: N, value: AttributeValue<N>): AttributeInstance {
  // Of texts the server itself gives all objects the same policy, and each its own Unique Identifier.
  const sharedValue =
    typeof value === 'number' || typeof value === 'boolean' || name === 'Operation Policy Name'
      ? (value as SharedValue)
      : undefined;
  const known = sharedValue === undefined ? undefined : knownInstance(name, sharedValue);
  if (known) return known;
  const instance = { name, index: 0, value: makeAttribute(name, value).attributeValue as Item };
  return sharedValue === undefined ? instance : share(instance, sharedValue);
}

/** By what an item is found again: texts, and numbers of standard types, say all there is. */
function sharedValueOf(name: string, value: Item): SharedValue | undefined {
  switch (value.type) {
    case ItemType.TextString:
      return value.value.length > maxSharedLength ? undefined : value.value;
    case ItemType.Integer:
    case ItemType.Enumeration:
      // A custom attribute may have any type, so its number does not tell which.
      return name.startsWith('x-') || name.startsWith('y-') ? undefined : value.value;
    default:
      return undefined;
  }
}

/** A first instance from an item. */
function instanceFrom(name: string, value: Item): AttributeInstance {
  const sharedValue = sharedValueOf(name, value);
  const known = sharedValue === undefined ? undefined : knownInstance(name, sharedValue);
  if (known) return known;
  const instance = { name, index: 0, value };
  return sharedValue === undefined ? instance : share(instance, sharedValue);
}

/** The typed value of a stored item. Its type was checked when it was set, and most are their own typed value. */
function typedValue<N extends StandardAttributeName>(name: N, value: Item): AttributeValue<N> {
  switch (value.type) {
    case ItemType.Integer:
    case ItemType.Enumeration:
    case ItemType.Boolean:
    case ItemType.TextString:
      return value.value as AttributeValue<N>;
    default:
      return readAttribute(name, { attributeName: name, attributeValue: value });
  }
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
    const entries = this.#entries;
    for (let place = 0; place < entries.length; place++) {
      const entry = entries[place] as AttributeInstance;
      if (entry.name === name) return entry;
    }
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
    return first && typedValue(name, first.value);
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

  /** Gives back the room for more instances, half as much again as there are. */
  compact(): void {
    this.#entries = this.#entries.slice();
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
