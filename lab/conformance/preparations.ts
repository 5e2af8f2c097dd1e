import { readXmlElements, type XmlElement } from '../../kmip/index.ts';
import { plainName } from './exclusions.ts';
import { type TestCase, versionOf } from './test-case.ts';

/** What a case expects to find on the server: objects of an earlier case of its family, or of the server's own making. */
type Preparation = {
  name: RegExp;
  /**
   * The batch items of each message to send beforehand.
   * @param minor of the case's protocol version; the published names carry `1` and this number
   */
  messages: (minor: number) => string[];
};

const preparations: readonly Preparation[] = [
  {
    // Retrieves what SASED-M-2 has registered.
    name: /^SASED-M-3-/,
    messages: (minor) => [
      operation(
        'Register',
        `<ObjectType type="Enumeration" value="Template"/>
         <TemplateAttribute>${objectName(`SASED-M-2-1${minor}-template1`)}</TemplateAttribute>
         <Template>${textAttribute('Object Group', `SASED-M-2-1${minor}-group`)}</Template>`,
      ),
      operation(
        'Register',
        `<ObjectType type="Enumeration" value="SecretData"/>
         <TemplateAttribute>
           ${textAttribute('Object Group', `SASED-M-2-1${minor}-group`)}
           ${[1, 2, 3, 4].map((n) => textAttribute(`x-CustomAttribute${n}`, `CustomValue${n}`)).join('')}
           ${objectName(`SASED-M-2-1${minor}-name`)}
         </TemplateAttribute>
         <SecretData>
           <SecretDataType type="Enumeration" value="Password"/>
           <KeyBlock>
             <KeyFormatType type="Enumeration" value="Opaque"/>
             <KeyValue><KeyMaterial type="ByteString" value="${'2a'.repeat(32)}"/></KeyValue>
           </KeyBlock>
         </SecretData>`,
      ),
    ],
  },
  {
    // Reads the tape key that TL-M-2 has created and fetched.
    name: /^TL-M-3-/,
    messages: (minor) => [
      operation(
        'Create',
        `<ObjectType type="Enumeration" value="SymmetricKey"/>
         <TemplateAttribute>
           ${textAttribute('x-ID', `TL-M-2-1${minor}`)}
           ${minor < 2 ? '' : alternativeName('XXA012A1')}
           ${objectName('AAAAAAA1A1AA12345678901234567')}
           ${AES_256}
           ${attribute(
             'Application Specific Information',
             `<AttributeValue>
                <ApplicationNamespace type="TextString" value="LIBRARY-LTO"/>
                <ApplicationData type="TextString"
                  value="123456789ABCDEF123456789123456789ABCDEF123456789ABCDEF1234000000"/>
              </AttributeValue>`,
           )}
           ${textAttribute('x-Barcode', 'XXA012A1')}
           ${textAttribute('x-VendorAttribute1', 'XXA012A1')}
           ${attribute('x-VendorAttribute2', '<AttributeValue type="Integer" value="0"/>')}
           ${attribute('x-VendorAttribute3', '<AttributeValue type="DateTime" value="$NOW"/>')}
         </TemplateAttribute>`,
        '01',
      ) + operation('Get', '', '02'),
    ],
  },
  {
    // Takes a fresh key from the group "default", which a server fills.
    name: /^TC-151-/,
    messages: () => [
      operation(
        'Create',
        `<ObjectType type="Enumeration" value="SymmetricKey"/>
         <TemplateAttribute>${AES_256}${textAttribute('Object Group', 'default')}</TemplateAttribute>`,
      ),
    ],
  },
];

const AES_256 = [
  attribute('Cryptographic Algorithm', '<AttributeValue type="Enumeration" value="AES"/>'),
  attribute('Cryptographic Length', '<AttributeValue type="Integer" value="256"/>'),
  attribute('Cryptographic Usage Mask', '<AttributeValue type="Integer" value="Decrypt Encrypt"/>'),
].join('');

function attribute(name: string, value: string): string {
  return `<Attribute><AttributeName type="TextString" value="${name}"/>${value}</Attribute>`;
}

function textAttribute(name: string, value: string): string {
  return attribute(name, `<AttributeValue type="TextString" value="${value}"/>`);
}

function objectName(value: string): string {
  const type = '<NameType type="Enumeration" value="UninterpretedTextString"/>';
  return attribute('Name', `<AttributeValue><NameValue type="TextString" value="${value}"/>${type}</AttributeValue>`);
}

function alternativeName(value: string): string {
  const type = '<AlternativeNameType type="Enumeration" value="UninterpretedTextString"/>';
  const name = `<AlternativeNameValue type="TextString" value="${value}"/>`;
  return attribute('Alternative Name', `<AttributeValue>${name}${type}</AttributeValue>`);
}

function operation(name: string, payload: string, batchItemId?: string): string {
  const id = batchItemId === undefined ? '' : `<UniqueBatchItemID type="ByteString" value="${batchItemId}"/>`;
  return `<BatchItem>
    <Operation type="Enumeration" value="${name}"/>${id}
    <RequestPayload>${payload}</RequestPayload>
  </BatchItem>`;
}

/** The requests to send before a case. Their answers do not count: an earlier case may have done the same. */
export function preparationOf({ name, steps }: TestCase): XmlElement[] {
  const found = preparations.find((preparation) => preparation.name.test(plainName(name)));
  const version = versionOf(steps[0]?.request);
  return (found?.messages(Number(version.split('.')[1])) ?? []).map((items) => {
    const count = items.split('<BatchItem>').length - 1;
    return readXmlElements(`<RequestMessage>
      <RequestHeader>
        <ProtocolVersion>
          <ProtocolVersionMajor type="Integer" value="1"/>
          <ProtocolVersionMinor type="Integer" value="${version.split('.')[1]}"/>
        </ProtocolVersion>
        ${count > 1 ? '<BatchOrderOption type="Boolean" value="true"/>' : ''}
        <BatchCount type="Integer" value="${count}"/>
      </RequestHeader>
      ${items}
    </RequestMessage>`);
  });
}
