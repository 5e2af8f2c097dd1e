import type { DataTypeDeclaration, MethodDeclaration } from '../vim/kernel/declare.ts';
import { parseType, type TypeUse } from '../vim/kernel/registry.ts';
import { compareVersions } from '../vim/kernel/version.ts';
import { escapeXml } from '../vim/kernel/xml.ts';
import { allManaged } from '../vim/managed/index.ts';
import { allEnums, allTypes } from '../vim/types/index.ts';

const primitives = new Set([
  'string',
  'boolean',
  'int',
  'long',
  'short',
  'byte',
  'float',
  'double',
  'dateTime',
  'base64Binary',
  'anyURI',
  'anyType',
]);

const types: Readonly<Record<string, DataTypeDeclaration>> = allTypes;
const isVim = (name: string) => !name.startsWith('Pbm');
const reference = (name: string) => (primitives.has(name) ? `xsd:${name}` : `vim25:${name}`);

/** The service: where VimPort is. `address` is the URL that the client reached, without its path. */
export function serviceWsdl(address: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<definitions targetNamespace="urn:vim25Service" xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/" xmlns:interface="urn:vim25">
<import location="vim.wsdl" namespace="urn:vim25"/>
<service name="VimService"><port binding="interface:VimBinding" name="VimPort"><soap:address location="${escapeXml(address)}/sdk/vimService"/></port></service>
</definitions>
`;
}

/**
 * The WSDL of vim25 as a server of that API version publishes it: every type, method and fault that is not newer. The names of messages,
 * port type and binding are those of the published WSDL (observed); a real server spreads the types over several files.
 */
export function vimWsdl(version: string): string {
  const visible = (since: string | undefined) => since === undefined || compareVersions(since, version) <= 0;
  const schema: string[] = [
    '<complexType name="ManagedObjectReference"><simpleContent><extension base="xsd:string"><attribute name="type" type="xsd:string" use="required"/></extension></simpleContent></complexType>',
    '<complexType name="DynamicData"><sequence/></complexType>',
  ];
  const arrays = [...primitives, 'ManagedObjectReference'];

  const element = (name: string, use: TypeUse): string => {
    const least = use.optional || use.array ? ' minOccurs="0"' : '';
    const most = use.array ? ' maxOccurs="unbounded"' : '';
    return `<element name="${name}" type="${reference(use.name)}"${least}${most}/>`;
  };
  const sequence = (fields: Readonly<Record<string, string>>): string =>
    Object.entries(fields)
      .map(([name, text]) => ({ name, use: parseType(text) }))
      .filter(({ use }) => visible(use.since))
      .map(({ name, use }) => element(name, use))
      .join('');

  for (const [name, { base, since, fields }] of Object.entries(types)) {
    if (!isVim(name) || !visible(since)) continue;
    const content = `<sequence>${sequence(fields)}</sequence>`;
    const parent = base ?? (name === 'MethodFault' ? undefined : 'DynamicData');
    schema.push(
      `<complexType name="${name}">${parent ? `<complexContent><extension base="vim25:${parent}">${content}</extension></complexContent>` : content}</complexType>`,
    );
    arrays.push(name);
  }
  for (const [name, values] of Object.entries(allEnums)) {
    if (!isVim(name)) continue;
    const members = values.map((value) => `<enumeration value="${escapeXml(value)}"/>`).join('');
    schema.push(`<simpleType name="${name}"><restriction base="xsd:string">${members}</restriction></simpleType>`);
    arrays.push(name);
  }
  for (const name of arrays) {
    const array = name.charAt(0).toUpperCase() + name.slice(1);
    schema.push(
      `<complexType name="ArrayOf${array}"><sequence>${element(name, { name, array: true, optional: true })}</sequence></complexType>`,
    );
  }

  const methods = new Map<string, MethodDeclaration>();
  for (const [type, declaration] of Object.entries(allManaged)) {
    const own: Readonly<Record<string, MethodDeclaration>> = declaration.methods;
    if (!isVim(type)) continue;
    for (const [name, method] of Object.entries(own)) if (visible(method.since)) methods.set(name, method);
  }
  const faults = new Set<string>(['RuntimeFault']);
  const messages: string[] = [];
  const operations: string[] = [];
  const bindings: string[] = [];
  for (const [name, { params, result, faults: declared }] of methods) {
    const answer = result === 'void' ? '' : element('returnval', parseType(result));
    schema.push(
      `<complexType name="${name}RequestType"><sequence><element name="_this" type="vim25:ManagedObjectReference"/>${sequence(params)}</sequence></complexType>`,
      `<element name="${name}" type="vim25:${name}RequestType"/>`,
      `<element name="${name}Response"><complexType><sequence>${answer}</sequence></complexType></element>`,
    );
    messages.push(
      `<message name="${name}RequestMsg"><part name="parameters" element="vim25:${name}"/></message>`,
      `<message name="${name}ResponseMsg"><part name="parameters" element="vim25:${name}Response"/></message>`,
    );
    const thrown = [...declared.filter((fault) => visible(types[fault]?.since)), 'RuntimeFault'];
    for (const fault of thrown) faults.add(fault);
    operations.push(
      `<operation name="${name}"><input message="vim25:${name}RequestMsg"/><output message="vim25:${name}ResponseMsg"/>${thrown
        .map((fault) => `<fault name="${fault}" message="vim25:${fault}FaultMsg"/>`)
        .join('')}</operation>`,
    );
    bindings.push(
      `<operation name="${name}"><soap:operation soapAction="urn:vim25/${version}" style="document"/><input><soap:body use="literal"/></input><output><soap:body use="literal"/></output>${thrown
        .map((fault) => `<fault name="${fault}"><soap:fault name="${fault}" use="literal"/></fault>`)
        .join('')}</operation>`,
    );
  }
  for (const fault of faults) {
    schema.push(`<element name="${fault}Fault" type="vim25:${fault}"/>`);
    messages.push(`<message name="${fault}FaultMsg"><part name="fault" element="vim25:${fault}Fault"/></message>`);
  }
  return `<?xml version="1.0" encoding="UTF-8"?>
<definitions targetNamespace="urn:vim25" xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/" xmlns:vim25="urn:vim25">
<types><schema targetNamespace="urn:vim25" elementFormDefault="qualified" xmlns="http://www.w3.org/2001/XMLSchema" xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:vim25="urn:vim25">
${schema.join('\n')}
</schema></types>
${messages.join('\n')}
<portType name="VimPortType">
${operations.join('\n')}
</portType>
<binding name="VimBinding" type="vim25:VimPortType"><soap:binding style="document" transport="http://schemas.xmlsoap.org/soap/http"/>
${bindings.join('\n')}
</binding>
</definitions>
`;
}
