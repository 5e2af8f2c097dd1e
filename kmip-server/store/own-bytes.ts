import { type Item, ItemType } from '../../kmip/index.ts';

/** A copy whose byte strings do not lie in the message that brought it. */
export function ownBytes(item: Item): Item {
  if (item.type === ItemType.ByteString) return { ...item, value: Buffer.from(item.value) };
  if (item.type === ItemType.Structure) return { ...item, value: item.value.map(ownBytes) };
  return item;
}
