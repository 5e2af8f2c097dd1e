import { X509Certificate } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { originOf } from '../http/origin.ts';
import { parseEnvelope, type SoapRequest } from '../http/soap.ts';
import { takeTextBodies } from '../http/text-bodies.ts';
import type { Vcenter } from '../vcenter.ts';
import { child, escapeXml, type XmlElement, XmlError } from '../vim/kernel/xml.ts';
import { type Endpoint, type Registration, registrationsOf, siteId } from './registrations.ts';

const lookup = 'urn:lookup';

/** Names of the service's managed objects. observed (vcsim and clients) */
const content = [
  ['lookupService', 'LookupLookupService', 'lookupService'],
  ['serviceRegistration', 'LookupServiceRegistration', 'ServiceRegistration'],
  ['deploymentInformationService', 'LookupDeploymentInformationService', 'deploymentInformationService'],
  ['l10n', 'LookupL10n', 'l10n'],
] as const;

/** What a call is refused with. */
class LookupFault extends Error {
  readonly type: string;

  constructor(type: string, message: string) {
    super(message);
    this.type = type;
  }
}

/**
 * The lookup service, as far as logging in needs it: where the security token service and the vCenter are. It asks for no session,
 * as the real one does not for reading. documented
 */
export function serveLookup(app: FastifyInstance, vc: Vcenter, certificatePem: string | undefined): void {
  const trust = certificatePem && new X509Certificate(certificatePem).raw.toString('base64');
  app.register(async (scope) => {
    takeTextBodies(scope);
    scope.post('/lookupservice/sdk', async (request, reply) => {
      const text = typeof request.body === 'string' ? request.body : '';
      reply.header('content-type', 'text/xml; charset=utf-8');
      let method = 'a request';
      try {
        const call = parseEnvelope(text, vc.assumed);
        method = call.method;
        record(vc, `lookup service: ${method.slice(0, 100)}`, 'debug');
        return reply.send(envelope(answer(vc, call, originOf(request), trust)));
      } catch (error) {
        if (!(error instanceof LookupFault || error instanceof XmlError)) throw error;
        const type = error instanceof LookupFault ? error.type : 'InvalidRequest';
        record(vc, `the lookup service answered ${type} to ${method.slice(0, 100)}: ${error.message}`, 'warn');
        return reply.code(500).send(envelope(faultOf(type, error.message)));
      }
    });
  });
}

function record(vc: Vcenter, text: string, level: 'debug' | 'warn'): void {
  vc.runtime.journal.record({ plane: 'vcenter', event: 'vcenter.lookup.call', level, text });
}

function answer(vc: Vcenter, call: SoapRequest, origin: string, trust: string | undefined): string {
  if (call.ns !== lookup) throw new XmlError(`the namespace "${call.ns.slice(0, 100)}" is not served here`);
  switch (call.method) {
    case 'RetrieveServiceContent': {
      const references = content.map(([name, type, id]) => `<${name} type="${type}">${id}</${name}>`);
      return response(call.method, `<returnval>${references.join('')}</returnval>`);
    }
    case 'List': {
      const filter = child(call.element, 'filterCriteria');
      const found = registrationsOf(vc, origin).filter((registration) => matches(registration, filter));
      return response(call.method, found.map((one) => registrationXml(one, trust)).join(''));
    }
    case 'Get': {
      const id = textOf(call.element, 'serviceId');
      const found = registrationsOf(vc, origin).find(({ serviceId }) => serviceId === id);
      if (!found) throw new LookupFault('LookupFaultEntryNotFoundFault', 'The service is not registered.');
      return response(call.method, registrationXml(found, trust));
    }
    case 'GetSiteId':
      return response(call.method, `<returnval>${siteId}</returnval>`);
    default:
      throw new LookupFault('MethodNotFound', 'The method is not implemented.');
  }
}

/** A filter's members narrow; what is absent or empty does not. documented */
function matches(registration: Registration, filter: XmlElement | undefined): boolean {
  const fits = (asked: string | undefined, has: string) => asked === undefined || asked === '' || asked === has;
  const service = child(filter, 'serviceType');
  const endpoint = child(filter, 'endpointType');
  return (
    fits(textOf(filter, 'siteId'), siteId) &&
    fits(textOf(filter, 'nodeId'), registration.nodeId) &&
    fits(textOf(service, 'product'), registration.product) &&
    fits(textOf(service, 'type'), registration.type) &&
    registration.endpoints.some(
      ({ protocol, type }) => fits(textOf(endpoint, 'protocol'), protocol) && fits(textOf(endpoint, 'type'), type),
    )
  );
}

function textOf(element: XmlElement | undefined, name: string): string | undefined {
  return child(element, name)?.text.trim();
}

/** LookupServiceRegistrationInfo, its members in the order of the published schema. */
function registrationXml(registration: Registration, trust: string | undefined): string {
  const { product, type, nameKey } = registration;
  return (
    `<returnval>${leaf('serviceVersion', registration.version)}` +
    registration.endpoints.map((endpoint) => endpointXml(endpoint, trust)).join('') +
    attributesXml('serviceAttributes', registration.attributes) +
    (nameKey ? leaf('serviceNameResourceKey', nameKey) + leaf('serviceDescriptionResourceKey', nameKey) : '') +
    leaf('ownerId', registration.ownerId) +
    `<serviceType>${leaf('product', product)}${leaf('type', type)}</serviceType>` +
    leaf('nodeId', registration.nodeId) +
    leaf('serviceId', registration.serviceId) +
    `${leaf('siteId', siteId)}</returnval>`
  );
}

function endpointXml({ url, protocol, type, attributes }: Endpoint, trust: string | undefined): string {
  return (
    `<serviceEndpoints>${leaf('url', url)}<endpointType>${leaf('protocol', protocol)}${leaf('type', type)}</endpointType>` +
    `${trust ? leaf('sslTrust', trust) : ''}${attributesXml('endpointAttributes', attributes)}</serviceEndpoints>`
  );
}

function attributesXml(name: string, attributes: Readonly<Record<string, string>> = {}): string {
  const entries = Object.entries(attributes);
  return entries.map(([key, value]) => `<${name}>${leaf('key', key)}${leaf('value', value)}</${name}>`).join('');
}

const leaf = (name: string, text: string) => `<${name}>${escapeXml(text)}</${name}>`;

function response(method: string, inner: string): string {
  return `<${method}Response xmlns="${lookup}">${inner}</${method}Response>`;
}

function faultOf(type: string, message: string): string {
  return (
    `<soapenv:Fault><faultcode>ServerFaultCode</faultcode><faultstring>${escapeXml(message)}</faultstring>` +
    `<detail><${type}Fault xmlns="${lookup}"></${type}Fault></detail></soapenv:Fault>`
  );
}

function envelope(inner: string): string {
  return (
    '<?xml version="1.0" encoding="UTF-8"?>\n<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"' +
    ' xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">\n' +
    `<soapenv:Body>\n${inner}\n</soapenv:Body>\n</soapenv:Envelope>`
  );
}
