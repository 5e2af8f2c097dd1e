import { child, type Item, ItemType, ObjectType, Operation, type StructureItem, Tag } from '../../kmip/index.ts';

/**
 * Where the values of a running case come from. A value that the case itself gave must come back; what a server made (keys,
 * digests, random numbers) differs from the printed one. Test Cases 1.3 §2
 */
export class Origins {
  /** Objects whose material the case gave, by Unique Identifier: their Object Type. */
  readonly #given = new Map<string, number>();
  /** The Key Material that an object was registered with, in hexadecimal. */
  readonly #material = new Map<string, string>();
  readonly #sent = new Set<string>();

  /** Remembers every value of a request. */
  send(item: Item): void {
    if (item.type === ItemType.Structure) for (const one of item.value) this.send(one);
    else this.#sent.add(keyOf(item));
  }

  /** True when an earlier request carried these bytes under the same tag, or this date. */
  wasSent(item: Item): boolean {
    return (item.type === ItemType.ByteString || item.type === ItemType.DateTime) && this.#sent.has(keyOf(item));
  }

  /** Learns from a successful batch item which objects hold what the case gave. */
  learn(operation: number, request: StructureItem, response: StructureItem): void {
    const [made] = identifiersIn(response);
    if (made === undefined) return;
    const sources = identifiersIn(request);
    const objectType = child(request, Tag.ObjectType);
    const type = objectType?.type === ItemType.Enumeration ? objectType.value : 0;
    if (operation === Operation.Register || operation === Operation.Import) {
      this.#given.set(made, type);
      this.#material.set(made, materialIn(request) ?? '');
    }
    // Computed from what the case gave, nothing else.
    const computed = operation === Operation.DeriveKey || operation === Operation.JoinSplitKey;
    if (computed && sources.length > 0 && sources.every((one) => this.isGiven(one))) this.#given.set(made, type);
  }

  /** True when the object's material comes from the case. */
  isGiven(uniqueIdentifier: string | undefined): boolean {
    return uniqueIdentifier !== undefined && this.#given.has(uniqueIdentifier);
  }

  /** True when the object was registered with exactly these bytes. */
  holds(uniqueIdentifier: string | undefined, { tag, type, value }: Item): boolean {
    if (uniqueIdentifier === undefined || tag !== Tag.KeyMaterial || type !== ItemType.ByteString) return false;
    return this.#material.get(uniqueIdentifier) === Buffer.from(value).toString('hex');
  }

  /** True for a registered public key: padding makes each encryption with it another one. */
  isPublicKey(uniqueIdentifier: string | undefined): boolean {
    return uniqueIdentifier !== undefined && this.#given.get(uniqueIdentifier) === ObjectType.PublicKey;
  }

  /** True for a registered private key: most signatures with it hold random bytes. */
  isPrivateKey(uniqueIdentifier: string | undefined): boolean {
    return uniqueIdentifier !== undefined && this.#given.get(uniqueIdentifier) === ObjectType.PrivateKey;
  }
}

/** The Unique Identifiers that stand directly in a structure. */
export function identifiersIn(structure: StructureItem): string[] {
  return structure.value.flatMap((one) =>
    one.tag === Tag.UniqueIdentifier && one.type === ItemType.TextString ? [one.value] : [],
  );
}

function materialIn(item: Item): string | undefined {
  if (item.tag === Tag.KeyMaterial && item.type === ItemType.ByteString) return Buffer.from(item.value).toString('hex');
  if (item.type !== ItemType.Structure) return undefined;
  for (const one of item.value) {
    const found = materialIn(one);
    if (found !== undefined) return found;
  }
  return undefined;
}

function keyOf(item: Exclude<Item, { type: typeof ItemType.Structure }>): string {
  const { tag, type, value } = item;
  return type === ItemType.ByteString ? `${tag} ${Buffer.from(value).toString('hex')}` : `${type} ${value}`;
}
