import { type EncodeContext, encodeFaultDetail } from '../vim/kernel/encode.ts';
import type { VimFault } from '../vim/kernel/fault.ts';
import type { Ref } from '../vim/kernel/values.ts';
import { child, escapeXml, parseXml, type XmlElement, XmlError } from '../vim/kernel/xml.ts';

const soapNamespace = 'http://schemas.xmlsoap.org/soap/envelope/';

/** A SOAP request, taken apart. */
export interface SoapRequest {
  /** Namespace of the method element, `urn:vim25` or `urn:pbm`. */
  readonly ns: string;
  readonly method: string;
  readonly target: Ref;
  readonly element: XmlElement;
  /** Text of the header element vcSessionCookie. */
  readonly sessionHeader?: string;
  readonly operationId?: string;
}

/** Reads a SOAP 1.1 envelope by namespace. Throws XmlError with a readable text when it is none. */
export function parseEnvelope(text: string, maxDepth: number): SoapRequest {
  const envelope = parseXml(text, maxDepth);
  if (envelope.name !== 'Envelope' || envelope.ns !== soapNamespace) throw new XmlError('not a SOAP 1.1 envelope');
  const body = envelope.children.find((element) => element.name === 'Body' && element.ns === soapNamespace);
  const method = body?.children[0];
  if (!method) throw new XmlError('the SOAP body is empty');
  const header = envelope.children.find((element) => element.name === 'Header' && element.ns === soapNamespace);
  const self = child(method, '_this');
  return {
    ns: method.ns,
    method: method.name,
    target: { type: self?.attributes.type ?? '', value: self?.text.trim() ?? '' },
    element: method,
    sessionHeader: child(header, 'vcSessionCookie')?.text.trim(),
    operationId: child(header, 'operationID')?.text.trim(),
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

/** The answer to a method: an element named after it, with the encoded result inside. */
export function responseEnvelope(method: string, content: string, context: EncodeContext): string {
  const ns =
    context.dialect === 'pbm' ? 'xmlns="urn:pbm" xmlns:pbm="urn:pbm" xmlns:vim25="urn:vim25"' : 'xmlns="urn:vim25"';
  return envelope(`<${method}Response ${ns}>${content}</${method}Response>`);
}

/** A SOAP fault: the message as faultstring, the fault as `{Type}Fault` in the detail (observed). */
export function faultEnvelope(failure: VimFault, context: EncodeContext): string {
  return envelope(
    '<soapenv:Fault><faultcode>ServerFaultCode</faultcode>' +
      `<faultstring>${escapeXml(failure.message)}</faultstring>` +
      `<detail>${encodeFaultDetail(failure.fault, context)}</detail></soapenv:Fault>`,
  );
}
