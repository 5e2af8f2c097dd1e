import {
  dataDeclaration,
  enumValues,
  fieldsOf,
  isSubtype,
  managedDeclaration,
  propertiesOf,
  type TypeUse,
} from '../../vcenter-mock/vim/kernel/registry.ts';
import { compareVersions } from '../../vcenter-mock/vim/kernel/version.ts';
import { child, parseXml, type XmlElement } from '../../vcenter-mock/vim/kernel/xml.ts';

/**
 * What a strict client would object to in an answer, as `path: problem`: unknown, misplaced, missing and too new elements, texts that do
 * not fit their type. Works from the declarations, which the interop tests compare with pyVmomi's.
 */
export function problemsOf(objects: readonly XmlElement[], version: string): string[] {
  const problems: string[] = [];
  for (const object of objects) {
    const reference = child(object, 'obj')!;
    const type = reference.attributes.type ?? '';
    const told = object.children.map((entry) => child(entry, 'name')?.text);
    for (const { field, optional, array, since } of propertiesOf(type).values()) {
      const visible = !since || compareVersions(since, version) <= 0;
      if (visible && !optional && !array && !told.includes(field)) problems.push(`${type}: lacks ${field}`);
    }
    for (const entry of object.children.filter(({ name }) => name === 'propSet')) {
      const name = child(entry, 'name')?.text ?? '';
      const property = propertiesOf(type).get(name);
      const at = `${type}.${name}`;
      const value = child(entry, 'val');
      if (!property || !value) problems.push(`${at}: no such property`);
      else if (property.since && compareVersions(property.since, version) > 0) problems.push(`${at}: too new`);
      else checkAny(value, at, version, problems, property);
    }
  }
  return problems;
}

/** The objects of a RetrieveProperties answer. */
export function objectsOf(body: string): XmlElement[] {
  const envelope = parseXml(body);
  return child(envelope, 'Body')!.children[0]!.children.filter(({ name }) => name === 'returnval');
}

/** An element in an anyType position: xsi:type says what it is, and must fit the declared type. */
function checkAny(element: XmlElement, at: string, version: string, problems: string[], declared?: TypeUse): void {
  const { xsiType } = element;
  if (xsiType === undefined) {
    problems.push(`${at}: no xsi:type`);
    return;
  }
  if (xsiType.startsWith('ArrayOf')) {
    if (declared && !declared.array && declared.name !== 'anyType')
      problems.push(`${at}: an array of ${declared.name}`);
    const member = xsiType.slice('ArrayOf'.length);
    const known = dataDeclaration(member) || enumValues(member) || member === 'ManagedObjectReference';
    const name = known ? member : member.charAt(0).toLowerCase() + member.slice(1);
    const use = { name, array: false, optional: false, target: declared?.target };
    for (const one of element.children) {
      if (one.name !== name && name !== 'anyType') problems.push(`${at}: a member is named ${one.name}`);
      checkOne(one, use, at, version, problems);
    }
    return;
  }
  if (declared?.array) problems.push(`${at}: not an array`);
  const name = xsiType;
  const fits =
    !declared ||
    declared.name === 'anyType' ||
    declared.name === name ||
    isSubtype(name, declared.name) ||
    // A reference and an enumeration say in anyType positions what they are.
    (declared.name === 'ManagedObjectReference' && name === 'ManagedObjectReference');
  if (!fits) problems.push(`${at}: ${name} instead of ${declared.name}`);
  checkOne(element, { name, array: false, optional: false, target: declared?.target }, at, version, problems);
}

const primitives: Record<string, RegExp> = {
  string: /^/,
  anyURI: /^/,
  boolean: /^(true|false)$/,
  int: /^-?\d+$/,
  long: /^-?\d+$/,
  short: /^-?\d+$/,
  byte: /^-?\d+$/,
  float: /^-?\d+(\.\d+)?([eE][-+]?\d+)?$/,
  double: /^-?\d+(\.\d+)?([eE][-+]?\d+)?$/,
  dateTime: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z$/,
  base64Binary: /^[A-Za-z0-9+/=\s]*$/,
};

function checkOne(element: XmlElement, use: TypeUse, at: string, version: string, problems: string[]): void {
  if (use.name === 'anyType') {
    checkAny(element, at, version, problems);
    return;
  }
  if (use.name === 'ManagedObjectReference') {
    const type = element.attributes.type ?? '';
    if (!managedDeclaration(type)) problems.push(`${at}: a reference to an unknown type "${type}"`);
    else if (use.target && !isSubtype(type, use.target))
      problems.push(`${at}: a reference to ${type}, not ${use.target}`);
    if (element.text.trim() === '') problems.push(`${at}: an empty reference`);
    return;
  }
  const values = enumValues(use.name);
  if (values) {
    if (!values.includes(element.text)) problems.push(`${at}: "${element.text}" is no ${use.name}`);
    return;
  }
  const pattern = primitives[use.name];
  if (pattern) {
    if (element.children.length > 0 || !pattern.test(element.text)) {
      problems.push(`${at}: "${element.text}" is no ${use.name}`);
    }
    return;
  }
  const type = element.xsiType ?? use.name;
  const declaration = dataDeclaration(type);
  if (!declaration) problems.push(`${at}: unknown type ${type}`);
  else if (!isSubtype(type, use.name)) problems.push(`${at}: ${type} is no ${use.name}`);
  else if (declaration.since && compareVersions(declaration.since, version) > 0)
    problems.push(`${at}: ${type} is too new`);
  else checkFields(element, type, at, version, problems);
}

function checkFields(element: XmlElement, type: string, at: string, version: string, problems: string[]): void {
  const fields = [...fieldsOf(type).values()];
  let position = 0;
  const seen = new Set<string>();
  for (const member of element.children) {
    const index = fields.findIndex(({ field }) => field === member.name);
    const field = fields[index];
    const path = `${at}.${member.name}`;
    if (!field) {
      problems.push(`${path}: ${type} has no such field`);
      continue;
    }
    if (index < position) problems.push(`${path}: out of order`);
    if (seen.has(field.field) && !field.array) problems.push(`${path}: twice`);
    if (field.since && compareVersions(field.since, version) > 0) problems.push(`${path}: too new`);
    position = index;
    seen.add(field.field);
    checkOne(member, { ...field, array: false }, path, version, problems);
  }
  for (const field of fields) {
    const visible = !field.since || compareVersions(field.since, version) <= 0;
    if (visible && !field.optional && !field.array && !seen.has(field.field)) {
      problems.push(`${at}: ${type} lacks ${field.field}`);
    }
  }
}
