import { ownText } from '../../core/index.ts';
import { type EncodeContext, encodeFaultDetail } from '../vim/kernel/encode.ts';
import type { VimFault } from '../vim/kernel/fault.ts';
import type { Ref } from '../vim/kernel/values.ts';
import { child, escapeXml, parseXml, type XmlElement, XmlError, type XmlLimits } from '../vim/kernel/xml.ts';

const soapNamespace = 'http://schemas.xmlsoap.org/soap/envelope/';

/**
 * Namespaces of the methods of a service. Internal methods of PBM stand in one of their own, and so does the answer (observed in
 * govmomi's PbmQueryIOFiltersFromProfileId and PbmQueryProfileDetails).
 */
export const namespaces: Readonly<Record<EncodeContext['dialect'], readonly string[]>> = {
  vim25: ['urn:vim25'],
  pbm: ['urn:pbm', 'urn:internalpbm'],
};

/** A SOAP request, taken apart. */
export interface SoapRequest {
  /** Namespace of the method element, one of `namespaces`. */
  readonly ns: string;
  readonly method: string;
  readonly target: Ref;
  readonly element: XmlElement;
  /** Text of the header element vcSessionCookie. */
  readonly sessionHeader?: string;
  readonly operationId?: string;
}

const words = new Map<string, string>();
const wordLimit = 5_000;

/** The journal would keep every request with the name of its method. Words that come again are kept once. */
function detached(text: string): string {
  const known = words.get(text);
  if (known !== undefined) return known;
  const copy = ownText(text);
  if (words.size < wordLimit && copy.length < 100) words.set(copy, copy);
  return copy;
}

/** Reads a SOAP 1.1 envelope by namespace. Throws XmlError with a readable text when it is none. */
export function parseEnvelope(text: string, limits: XmlLimits): SoapRequest {
  const envelope = parseXml(text, limits);
  if (envelope.name !== 'Envelope' || envelope.ns !== soapNamespace) throw new XmlError('not a SOAP 1.1 envelope');
  const body = envelope.children.find((element) => element.name === 'Body' && element.ns === soapNamespace);
  const method = body?.children[0];
  if (!method) throw new XmlError('the SOAP body is empty');
  const header = envelope.children.find((element) => element.name === 'Header' && element.ns === soapNamespace);
  const self = child(method, '_this');
  const operationId = child(header, 'operationID')?.text.trim();
  return {
    ns: method.ns,
    method: detached(method.name),
    target: { type: detached(self?.attributes.type ?? ''), value: detached(self?.text.trim() ?? '') },
    element: method,
    sessionHeader: child(header, 'vcSessionCookie')?.text.trim(),
    operationId: operationId && detached(operationId),
  };
}

function envelope(content: string): string {
  return (
    '<?xml version="1.0" encoding="UTF-8"?>\n' +
    '<soapenv:Envelope xmlns:soapenc="http://schemas.xmlsoap.org/soap/encoding/"' +
    ` xmlns:soapenv="${soapNamespace}" xmlns:xsd="http://www.w3.org/2001/XMLSchema"` +
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">\n' +
    `<soapenv:Body>\n${content}\n</soapenv:Body>\n</soapenv:Envelope>`
  );
}

/** The answer to a method: an element named after it, in its namespace, with the encoded result inside. */
export function responseEnvelope(method: string, ns: string, content: string, { dialect }: EncodeContext): string {
  // Types of both namespaces carry a prefix (observed on /pbm/sdk).
  const prefixes = dialect === 'pbm' ? ' xmlns:pbm="urn:pbm" xmlns:vim25="urn:vim25"' : '';
  return envelope(`<${method}Response xmlns="${ns}"${prefixes}>${content}</${method}Response>`);
}

/** A SOAP fault: the message as faultstring, the fault as `{Type}Fault` in the detail (observed). */
export function faultEnvelope(failure: VimFault, context: EncodeContext): string {
  return envelope(
    '<soapenv:Fault><faultcode>ServerFaultCode</faultcode>' +
      `<faultstring>${escapeXml(failure.message)}</faultstring>` +
      `<detail>${encodeFaultDetail(failure.fault, context)}</detail></soapenv:Fault>`,
  );
}
