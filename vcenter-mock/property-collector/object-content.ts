import type { ManagedObject } from '../inventory/store.ts';
import { EncodedObject, encodeAnyValue, encodeValue } from '../vim/kernel/encode.ts';
import type { Data } from '../vim/kernel/values.ts';
import { escapeXml } from '../vim/kernel/xml.ts';
import { missingProperty } from './missing-property.ts';
import { readPath } from './property-path.ts';
import type { Selected, SelectionContext } from './selection.ts';

/**
 * The ObjectContent of the selected objects: values where they are set, and what the client may not read as missing. Written at once,
 * for there may be thousands: between reading a value and writing it nothing is made.
 */
export function objectContents(selected: readonly Selected[], context: SelectionContext): Data<'ObjectContent'>[] {
  const encode = { version: context.version, dialect: 'vim25' } as const;
  const names = new Map<string, string>();
  const found: EncodedObject[] = [];
  for (const { object, paths } of selected) {
    // A page may be read after an object has gone.
    if (!context.store.has(object)) continue;
    const seen: ManagedObject = context.seen(object);
    let content = encodeValue('obj', 'ref ManagedObject', object.ref, encode);
    let missing = '';
    for (const path of paths) {
      const lacking = missingProperty(object, path, context);
      if (lacking) {
        missing += encodeValue('missingSet', 'MissingProperty', lacking, encode);
        continue;
      }
      const value = readPath(seen, path, context);
      if (value === undefined) continue;
      let name = names.get(path);
      if (name === undefined) {
        name = `<propSet><name>${escapeXml(path)}</name>`;
        names.set(path, name);
      }
      content += `${name}${encodeAnyValue('val', value, encode)}</propSet>`;
    }
    found.push(new EncodedObject(content + missing));
  }
  return found as unknown as Data<'ObjectContent'>[];
}
