import {
  type Attribute,
  type AttributeValue,
  type Item,
  makeAttribute,
  readAttribute,
  type StandardAttributeName,
} from '../../kmip/index.ts';

/** One instance of an attribute; `value` carries the tag Attribute Value. Never changed, so objects may share it. */
export interface AttributeInstance {
  /** KMIP 1.1 §2.1.1: stays the same when other instances are deleted. */
  readonly index: number;
  readonly value: Item;
}

/** Instances that many objects have alike: enumerations, flags, this second's dates. Bounded. */
const shared = new Map<string, Map<unknown, AttributeInstance>>();
const maxShared = 64;

function sharedInstance<N extends StandardAttributeName>(name: N, value: AttributeValue<N>): AttributeInstance {
  let instances = shared.get(name);
  if (!instances) {
    instances = new Map();
    shared.set(name, instances);
  }
  const known = instances.get(value);
  if (known) return known;
  const instance = { index: 0, value: makeAttribute(name, value).attributeValue as Item };
  if (typeof value === 'number' || typeof value === 'boolean') {
    if (instances.size >= maxShared) instances.clear();
    instances.set(value, instance);
  }
  return instance;
}

/** The attributes of one object, in the order in which they were first set. */
export class AttributeSet {
  readonly #byName = new Map<string, AttributeInstance[]>();
  /** The next index of an attribute whose last instance was deleted. */
  #nextIndex: Map<string, number> | undefined;

  get names(): string[] {
    return [...this.#byName.keys()];
  }

  has(name: string): boolean {
    return this.#byName.has(name);
  }

  instances(name: string): readonly AttributeInstance[] {
    return this.#byName.get(name) ?? [];
  }

  /** The instance with that index. */
  at(name: string, index: number): AttributeInstance | undefined {
    return this.instances(name).find((instance) => instance.index === index);
  }

  /** The typed value of a standard attribute's first instance. */
  read<N extends StandardAttributeName>(name: N): AttributeValue<N> | undefined {
    const first = this.#byName.get(name)?.[0];
    return first && readAttribute(name, { attributeName: name, attributeValue: first.value });
  }

  /** Sets a single-instance standard attribute from its typed value. */
  write<N extends StandardAttributeName>(name: N, value: AttributeValue<N>): void {
    this.#byName.set(name, [sharedInstance(name, value)]);
  }

  /** Adds an instance and gives it the next index. */
  add(name: string, value: Item): AttributeInstance {
    const list = this.#byName.get(name);
    const index = Math.max(this.#nextIndex?.get(name) ?? 0, (list?.at(-1)?.index ?? -1) + 1);
    const instance = { index, value };
    if (list) list.push(instance);
    else this.#byName.set(name, [instance]);
    return instance;
  }

  /** Replaces the value of an existing instance; false when there is none with that index. */
  replace(name: string, index: number, value: Item): boolean {
    const list = this.#byName.get(name);
    const position = list?.findIndex((instance) => instance.index === index) ?? -1;
    if (!list || position < 0) return false;
    list[position] = { index, value };
    return true;
  }

  /** Removes an instance and returns it. */
  remove(name: string, index: number): AttributeInstance | undefined {
    const list = this.#byName.get(name);
    const position = list?.findIndex((instance) => instance.index === index) ?? -1;
    if (!list || position < 0) return undefined;
    this.#nextIndex ??= new Map();
    this.#nextIndex.set(name, (list.at(-1)?.index ?? -1) + 1);
    const [removed] = list.splice(position, 1);
    if (list.length === 0) this.#byName.delete(name);
    return removed;
  }

  /** A set of its own with the same instances, which never change. */
  copy(): AttributeSet {
    const copy = new AttributeSet();
    for (const [name, list] of this.#byName) copy.#byName.set(name, [...list]);
    copy.#nextIndex = this.#nextIndex && new Map(this.#nextIndex);
    return copy;
  }

  /** All instances of the named attributes (default all) as they go on the wire. */
  toWire(names: readonly string[] = this.names): Attribute[] {
    return names.flatMap((name) => this.instances(name).map((instance) => wireAttribute(name, instance)));
  }
}

/** An instance as it goes on the wire. KMIP 1.1 §2.1.1: an absent index means 0; vCenter was answered without (observed). */
export function wireAttribute(name: string, instance: AttributeInstance): Attribute {
  return {
    attributeName: name,
    ...(instance.index > 0 && { attributeIndex: instance.index }),
    attributeValue: instance.value,
  };
}
