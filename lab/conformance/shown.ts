import { type Item, ItemType, item as make, Tag, toText } from '../../kmip/index.ts';

/** A value in a few words for a report; of secrets only the length. */
export function shown(item: Item, attributeName = ''): string {
  if (item.type === ItemType.Structure) {
    const name = item.value.find(({ tag }) => tag === Tag.AttributeName);
    const inner = name?.type === ItemType.TextString ? name.value : '';
    const parts = item.value.filter((one) => one !== name);
    return `{ ${parts.map((one) => `${labelOf(one)}${shown(one, inner)}`).join(', ')} }`;
  }
  const text = leafText(item, attributeName);
  return text.length <= 80 ? text : `${text.slice(0, 60)}… (${text.length} characters)`;
}

function labelOf(item: Item): string {
  if (item.tag === Tag.AttributeValue) return '';
  return `${toText(item).split('\n')[0]?.replace(/ \(.*/, '')}: `;
}

/** The value after the colon of the text rendering, which knows names and hides secrets. */
function leafText(item: Item, attributeName: string): string {
  const attribute = make.structure(Tag.Attribute, [make.textString(Tag.AttributeName, attributeName), item]);
  const line = toText(attribute).split('\n').at(-1) as string;
  const text = line.slice(line.indexOf('): ') + 3);
  return item.type === ItemType.Enumeration ? text.replace(/ \(0x[0-9A-F]{8}\)$/, '') : text;
}
