import { describe, expect, test } from 'vitest';
import { child, Operation, readXmlElements, type StructureItem, Tag } from '../../kmip/index.ts';
import { compareAnswer, type Mismatch } from '../../lab/conformance/compare.ts';
import { Origins } from '../../lab/conformance/origins.ts';
import { messageOf, patternOf } from '../../lab/conformance/pattern.ts';
import { Symbols } from '../../lab/conformance/symbols.ts';

const NOW = 1_700_000_000;

const version = (minor = 2) =>
  `<ProtocolVersion><ProtocolVersionMajor type="Integer" value="1"/><ProtocolVersionMinor type="Integer" value="${minor}"/></ProtocolVersion>`;
const operation = (name: string) => `<Operation type="Enumeration" value="${name}"/>`;
const uid = (value: string) => `<UniqueIdentifier type="TextString" value="${value}"/>`;
const attribute = (name: string, value: string, index = '') =>
  `<Attribute><AttributeName type="TextString" value="${name}"/>${index}${value}</Attribute>`;
const text = (value: string) => `<AttributeValue type="TextString" value="${value}"/>`;
const state = (value: string) => `<AttributeValue type="Enumeration" value="${value}"/>`;
const date = (value: string) => `<AttributeValue type="DateTime" value="${value}"/>`;

function request(name: string, payload: string, id = ''): string {
  return `<RequestMessage><RequestHeader>${version()}<BatchCount type="Integer" value="1"/></RequestHeader>
    <BatchItem>${operation(name)}${id}<RequestPayload>${payload}</RequestPayload></BatchItem></RequestMessage>`;
}

type Answer = { header?: string; minor?: number; id?: string; result?: string; payload?: string };

function response(name: string, { header = '', minor, id = '', result = success, payload }: Answer): string {
  const body = payload === undefined ? '' : `<ResponsePayload>${payload}</ResponsePayload>`;
  return `<ResponseMessage><ResponseHeader>${version(minor)}<TimeStamp type="DateTime" value="2012-04-27T08:12:24Z"/>
    ${header}<BatchCount type="Integer" value="1"/></ResponseHeader>
    <BatchItem>${operation(name)}${id}${result}${body}</BatchItem></ResponseMessage>`;
}

const success = '<ResultStatus type="Enumeration" value="Success"/>';
const failed = (reason: string, message = 'no') =>
  `<ResultStatus type="Enumeration" value="OperationFailed"/><ResultReason type="Enumeration" value="${reason}"/>
   <ResultMessage type="TextString" value="${message}"/>`;

/** A case under way. */
class Run {
  readonly symbols = new Symbols();
  readonly origins = new Origins();

  /** Sends a request and compares an answer with the one that is shown. */
  exchange(name: string, asked: string, shown: Answer, answered: Answer): Mismatch[] {
    const sent = messageOf(this.symbols.fill(readXmlElements(request(name, asked)), NOW));
    this.origins.send(sent);
    const answer = messageOf(readXmlElements(response(name, answered)));
    this.symbols.see(answer);
    const facts = { symbols: this.symbols, origins: this.origins, request: sent, earliest: NOW - 10, latest: NOW + 10 };
    const mismatches = compareAnswer(patternOf(readXmlElements(response(name, shown))), answer, facts);
    const payloads = [
      [sent, Tag.RequestPayload],
      [answer, Tag.ResponsePayload],
    ] as const;
    const [from, to] = payloads.map(([message, tag]) =>
      child(child(message as StructureItem, Tag.BatchItem) as StructureItem, tag),
    );
    if (from && to) {
      this.origins.learn(Operation[name as keyof typeof Operation], from as StructureItem, to as StructureItem);
    }
    return mismatches;
  }

  /** The differences between two payloads. */
  payloads(name: string, asked: string, shown: string, answered: string): string[] {
    return this.exchange(name, asked, { payload: shown }, { payload: answered }).map(
      ({ path, expected, got }) => `${path.replace('Batch Item/Response Payload', '…')}: ${expected} / ${got}`,
    );
  }
}

const create = (run: Run, as: string, made: string) => run.payloads('Create', '', uid(as), uid(made));

describe('header and batch item', () => {
  const differences = (shown: Answer, answered: Answer) => new Run().exchange('Get', uid('1'), shown, answered);

  test('Time Stamp, correlation values and Result Message do not matter', () => {
    const header = '<ServerCorrelationValue type="TextString" value="x"/>';
    expect(
      differences({ result: failed('ItemNotFound') }, { header, result: failed('ItemNotFound', 'It is not there.') }),
    ).toEqual([]);
    expect(
      differences({ result: failed('ItemNotFound') }, { result: failed('ItemNotFound').replace(/<ResultMess.*/s, '') }),
    ).toEqual([]);
  });

  test('another result is one difference, with the words of the server', () => {
    expect(differences({ payload: uid('$A') }, { result: failed('ItemNotFound', 'gone') })).toEqual([
      { path: 'Batch Item', expected: 'Get: Success', got: 'Get: Operation Failed, Item Not Found "gone"' },
    ]);
    expect(differences({ result: failed('PermissionDenied') }, { result: failed('ItemNotFound', 'gone') })).toEqual([
      {
        path: 'Batch Item',
        expected: 'Get: Operation Failed, Permission Denied',
        got: 'Get: Operation Failed, Item Not Found "gone"',
      },
    ]);
  });

  test('the version of the answer is that of the request, whatever the case prints', () => {
    expect(differences({ minor: 3, payload: uid('$A') }, { minor: 2, payload: uid('x') })).toEqual([]);
    expect(differences({ minor: 2, payload: uid('$A') }, { minor: 3, payload: uid('x') })).toEqual([
      {
        path: 'Response Header/Protocol Version',
        expected: '{ Protocol Version Major: 1, Protocol Version Minor: 2 }',
        got: '{ Protocol Version Major: 1, Protocol Version Minor: 3 }',
      },
    ]);
  });

  test('Unique Batch Item ID', () => {
    const id = (hex: string) => `<UniqueBatchItemID type="ByteString" value="${hex}"/>`;
    expect(differences({ id: id('0a'), payload: uid('$A') }, { id: id('0A'), payload: uid('x') })).toEqual([]);
    expect(differences({ id: id('0a'), payload: uid('$A') }, { payload: uid('x') })).toEqual([
      { path: 'Batch Item/Unique Batch Item ID', expected: '0A', got: 'nothing' },
    ]);
  });

  test('a batch item too few or too many', () => {
    const run = new Run();
    const sent = messageOf(readXmlElements(request('Get', uid('1'))));
    const facts = { symbols: run.symbols, origins: run.origins, request: sent, earliest: 0, latest: 0 };
    const one = response('Get', { payload: uid('$A') });
    const none = one.replace(/<BatchItem>.*<\/BatchItem>/s, '');
    expect(compareAnswer(patternOf(readXmlElements(one)), messageOf(readXmlElements(none)), facts)).toMatchObject([
      { path: 'Batch Item', got: 'nothing' },
    ]);
    expect(
      compareAnswer(patternOf(readXmlElements(none)), messageOf(readXmlElements(one.replace('$A', 'x'))), facts),
    ).toMatchObject([{ path: 'Batch Item', expected: 'nothing' }]);
  });
});

describe('payload', () => {
  test('missing, unexpected, and different fields; fields of another type', () => {
    const run = new Run();
    const interval = '<LeaseTime type="Interval" value="1"/>';
    expect(run.payloads('Check', '', uid('$A'), '')).toEqual(['…/Unique Identifier: $A / nothing']);
    expect(run.payloads('Check', '', '', interval)).toEqual(['…/Lease Time: nothing / 1 s']);
    expect(
      run.payloads(
        'Check',
        '',
        '<UsageLimitsCount type="LongInteger" value="1"/>',
        '<UsageLimitsCount type="Integer" value="1"/>',
      ),
    ).toEqual(['…/Usage Limits Count: 1 / 1 with other bytes']);
    expect(
      run.payloads(
        'Check',
        '',
        '<CryptographicUsageMask type="Integer" value="Sign"/>',
        '<CryptographicUsageMask type="Integer" value="Sign Verify"/>',
      ),
    ).toEqual(['…/Cryptographic Usage Mask: Sign (0x00000001) / Sign | Verify (0x00000003)']);
  });

  test('the order of fields', () => {
    const type = '<ObjectType type="Enumeration" value="SymmetricKey"/>';
    expect(new Run().payloads('Create', '', `${type}${uid('$A')}`, `${uid('x')}${type}`)).toEqual([
      '…: in this order: Object Type, Unique Identifier / Unique Identifier, Object Type',
    ]);
  });

  test('attributes that the server has set may come along', () => {
    const set = `<TemplateAttribute>${attribute('x-a', text('b'))}</TemplateAttribute>`;
    expect(new Run().payloads('Create', '', uid('$A'), uid('x') + set)).toEqual([]);
  });

  test('runs of white space are debris', () => {
    expect(
      new Run().payloads(
        'GetAttributes',
        '',
        attribute('x-a', text('third   party')),
        attribute('x-a', text('third party')),
      ),
    ).toEqual([]);
  });
});

describe('symbolic names', () => {
  test('are bound at their first occurrence and compared later', () => {
    const run = new Run();
    expect(create(run, '$UNIQUE_IDENTIFIER_0', 'first')).toEqual([]);
    expect(run.payloads('Destroy', '', uid('$UNIQUE_IDENTIFIER_0'), uid('first'))).toEqual([]);
    expect(run.payloads('Destroy', '', uid('$UNIQUE_IDENTIFIER_0'), uid('other'))).toEqual([
      '…/Unique Identifier: $UNIQUE_IDENTIFIER_0, bound to first / "other"',
    ]);
  });

  test('two identifiers are two objects', () => {
    const run = new Run();
    create(run, '$UNIQUE_IDENTIFIER_0', 'same');
    expect(create(run, '$UNIQUE_IDENTIFIER_1', 'same')).toEqual([
      '…/Unique Identifier: $UNIQUE_IDENTIFIER_1, not yet seen / same, which is $UNIQUE_IDENTIFIER_0',
    ]);
  });

  test('Get answers with the identifier that was asked for, whatever the case prints', () => {
    const run = new Run();
    create(run, '$UNIQUE_IDENTIFIER_0', 'a');
    create(run, '$UNIQUE_IDENTIFIER_1', 'b');
    expect(run.payloads('Get', uid('$UNIQUE_IDENTIFIER_1'), uid('$UNIQUE_IDENTIFIER_0'), uid('b'))).toEqual([]);
    expect(run.payloads('Get', uid('$UNIQUE_IDENTIFIER_1'), uid('$UNIQUE_IDENTIFIER_0'), uid('c'))).toHaveLength(1);
    expect(run.payloads('Destroy', uid('$UNIQUE_IDENTIFIER_1'), uid('$UNIQUE_IDENTIFIER_0'), uid('b'))).toHaveLength(1);
  });

  test('requests carry the bound values; an unbound one takes what came last under its tag', () => {
    const run = new Run();
    create(run, '$UNIQUE_IDENTIFIER_0', 'a');
    const data = (value: string) => `<Data type="ByteString" value="${value}"/>`;
    const vector = (value: string) => `<IVCounterNonce type="ByteString" value="${value}"/>`;
    expect(run.payloads('Encrypt', uid('a'), data('01') + vector('02'), data('0a') + vector('0b'))).toEqual([]);
    const asked = readXmlElements(
      request('Decrypt', uid('$UNIQUE_IDENTIFIER_0') + data('$DATA_0') + vector('$IV_COUNTER_NONCE')),
    );
    const values = run.symbols.fill(asked, NOW).children[1]?.children[1]?.children.map(({ value }) => value);
    expect(values).toEqual(['a', '0a', '0b']);
    // Bound now: a later Data does not change it.
    run.payloads('Decrypt', uid('a'), data('01'), data('ff'));
    expect(run.symbols.fill(asked, NOW).children[1]?.children[1]?.children[1]?.value).toBe('0a');
  });

  test('an unbound name that nothing came for has a value of its type', () => {
    const asked = readXmlElements(request('MACVerify', `${uid('$X')}<MACData type="ByteString" value="$MAC_DATA"/>`));
    const values = new Symbols().fill(asked, NOW).children[1]?.children[1]?.children.map(({ value }) => value);
    expect(values).toEqual(['X', '00'.repeat(16)]);
  });

  test('a running stream and a pending operation get a new value each time', () => {
    const run = new Run();
    const value = (hex: string) => `<CorrelationValue type="ByteString" value="${hex}"/>`;
    expect(run.payloads('Encrypt', '', value('$CORRELATION_VALUE'), value('01'))).toEqual([]);
    expect(run.payloads('Encrypt', value('$CORRELATION_VALUE'), value('$CORRELATION_VALUE'), value('02'))).toEqual([]);
    const pending = (hex: string) => `<AsynchronousCorrelationValue type="ByteString" value="${hex}"/>`;
    const name = '$ASYNCHRONOUS_CORRELATION_VALUE';
    expect(run.payloads('Locate', '', pending(name), pending('01'))).toEqual([]);
    expect(run.payloads('Locate', '', pending(name), pending('02'))).toEqual([]);
    expect(run.payloads('Cancel', pending(name), pending(name), pending('02'))).toEqual([]);
    expect(run.payloads('Cancel', pending(name), pending(name), pending('03'))).toHaveLength(1);
  });
});

describe('dates', () => {
  const at = (seconds: number) => new Date(seconds * 1000).toISOString();
  const dates = (run: Run, shown: string, answered: string) =>
    run.payloads(
      'GetAttributes',
      '',
      attribute('Initial Date', date(shown)),
      attribute('Initial Date', date(answered)),
    );

  test.each([
    ['$NOW', 0, true],
    ['$NOW', 10, true],
    ['$NOW', -10, true],
    ['$NOW', 11, false],
    ['$NOW', -11, false],
    ['$NOW+120', 125, true],
    ['$NOW+120', 0, false],
    ['$NOW-3600', -3601, true],
    ['$NOW-3600', 3600, false],
  ])('%s against now%i: %s', (shown, offset, fits) => {
    expect(dates(new Run(), shown, at(NOW + offset)).length === 0).toBe(fits);
  });

  test('a printed date does not matter, unless the case has sent it', () => {
    const run = new Run();
    expect(dates(run, '2012-04-27T08:12:24+00:00', at(NOW))).toEqual([]);
    run.exchange('AddAttribute', attribute('Activation Date', date('1970-01-01T00:00:02Z')), {}, {});
    expect(dates(run, '1970-01-01T00:00:02+00:00', at(2))).toEqual([]);
    expect(dates(run, '1970-01-01T00:00:02+00:00', at(3))).toHaveLength(1);
  });
});

describe('attributes', () => {
  const named = '<AttributeName type="TextString" value="State"/>';
  const index = (n: number) => `<AttributeIndex type="Integer" value="${n}"/>`;

  test('come in any order', () => {
    const [a, b] = [attribute('State', state('Active')), attribute('x-a', text('b'))];
    expect(new Run().payloads('GetAttributes', named, a + b, b + a)).toEqual([]);
  });

  test('differ in value, are missing or too many', () => {
    const run = new Run();
    const active = attribute('State', state('Active'));
    expect(run.payloads('GetAttributes', named, active, attribute('State', state('PreActive')))).toEqual([
      '…/State: Active / Pre-Active',
    ]);
    expect(run.payloads('GetAttributes', named, active, '')).toEqual(['…/State: Active / nothing']);
    expect(run.payloads('GetAttributes', named, '', active)).toEqual(['…/State: nothing / Active']);
    // Without names a server gives all that it has.
    expect(run.payloads('GetAttributes', '', '', active)).toEqual([]);
    expect(run.payloads('AddAttribute', '', '', active)).toHaveLength(1);
  });

  test('no index is index 0', () => {
    const run = new Run();
    const [one, two] = [text('one'), text('two')];
    const shown = attribute('x-a', one) + attribute('x-a', two, index(1));
    const zero = attribute('x-a', two, index(1)) + attribute('x-a', one, index(0));
    expect(run.payloads('GetAttributes', named, shown, zero)).toEqual([]);
    expect(run.payloads('AddAttribute', '', shown, zero)).toEqual([]);
  });

  test('in Get Attributes a server may have counted in another way; elsewhere the index says which one', () => {
    const run = new Run();
    create(run, '$UNIQUE_IDENTIFIER_0', 'k');
    const link = (type: string, to: string, n = 0) =>
      attribute(
        'Link',
        `<AttributeValue><LinkType type="Enumeration" value="${type}"/>
         <LinkedObjectIdentifier type="TextString" value="${to}"/></AttributeValue>`,
        index(n),
      );
    const shown = link('PublicKeyLink', '$UNIQUE_IDENTIFIER_0') + link('ReplacedObjectLink', '$UNIQUE_IDENTIFIER_1', 1);
    const swapped = link('ReplacedObjectLink', 'l') + link('PublicKeyLink', 'k', 1);
    expect(new Run().payloads('AddAttribute', '', shown, swapped)).not.toEqual([]);
    expect(run.payloads('GetAttributes', named, shown, swapped)).toEqual([]);
    expect(run.symbols.get('$UNIQUE_IDENTIFIER_1')).toBe('l');
    const twice = link('ReplacedObjectLink', 'l') + link('PublicKeyLink', 'k');
    expect(run.payloads('GetAttributes', named, shown, twice)).toEqual(['…/Link: one attribute of this index / two']);
  });

  test("Lease Time is the server's", () => {
    const lease = (n: number) => attribute('Lease Time', `<AttributeValue type="Interval" value="${n}"/>`);
    expect(new Run().payloads('GetAttributes', named, lease(3600), lease(1))).toEqual([]);
    expect(new Run().payloads('GetAttributes', named, lease(3600), '')).toHaveLength(1);
  });
});

describe('lists', () => {
  const names = (...all: string[]) => all.map((one) => `<AttributeName type="TextString" value="${one}"/>`).join('');
  const operations = (...all: string[]) => all.map(operation).join('');
  const versions = (...minors: number[]) => minors.map((minor) => version(minor)).join('');

  test('Get Attribute List: any order, and more', () => {
    const run = new Run();
    expect(run.payloads('GetAttributeList', '', names('State', 'Name'), names('Name', 'x-a', 'State'))).toEqual([]);
    expect(run.payloads('GetAttributeList', '', names('State', 'Name'), names('Name'))).toEqual([
      '…/Attribute Name: "State" / a list without',
    ]);
  });

  test("Query: any order, and more; Put and Notify are the client's; vendor and server information do not matter", () => {
    const run = new Run();
    const vendor = (name: string) => `<VendorIdentification type="TextString" value="${name}"/><ServerInformation/>`;
    expect(
      run.payloads(
        'Query',
        '',
        operations('Get', 'Create', 'Put', 'Notify') + vendor('a'),
        operations('Create', 'Query', 'Get'),
      ),
    ).toEqual([]);
    expect(
      run.payloads('Query', '', operations('Get', 'Create') + vendor('a'), operations('Query') + vendor('b')),
    ).toEqual(['…/Operation: Get, Create / a list without']);
    const capability = (value: boolean) =>
      `<CapabilityInformation><StreamingCapability type="Boolean" value="${value}"/></CapabilityInformation>`;
    expect(run.payloads('Query', '', capability(true), capability(false))).toEqual([]);
    expect(run.payloads('Query', '', capability(true), '')).toHaveLength(1);
  });

  test('Discover Versions: all versions when none was asked for, else exactly those', () => {
    const run = new Run();
    expect(run.payloads('DiscoverVersions', '', versions(1, 0), versions(4, 3, 2, 1, 0))).toEqual([]);
    expect(run.payloads('DiscoverVersions', '', versions(1, 0), versions(1))).toHaveLength(1);
    expect(run.payloads('DiscoverVersions', version(0), versions(0), versions(0))).toEqual([]);
    expect(run.payloads('DiscoverVersions', version(0), versions(0), versions(1, 0))).toHaveLength(1);
  });

  test('Locate: exactly the objects, in any order', () => {
    const run = new Run();
    create(run, '$UNIQUE_IDENTIFIER_0', 'a');
    const shown = uid('$UNIQUE_IDENTIFIER_1') + uid('$UNIQUE_IDENTIFIER_0');
    expect(run.payloads('Locate', '', shown, uid('a') + uid('b'))).toEqual([]);
    expect(run.symbols.get('$UNIQUE_IDENTIFIER_1')).toBe('b');
    expect(run.payloads('Locate', '', shown, uid('a'))).toEqual([
      '…/Unique Identifier: $UNIQUE_IDENTIFIER_1, bound to b / nothing',
    ]);
    expect(run.payloads('Locate', '', '', uid('a'))).toEqual(['…/Unique Identifier: nothing / "a"']);
  });
});

describe('values that a server makes', () => {
  const block = (format: string, value: string) =>
    `<SymmetricKey><KeyBlock><KeyFormatType type="Enumeration" value="${format}"/>${value}</KeyBlock></SymmetricKey>`;
  const raw = (hex: string) => `<KeyValue><KeyMaterial type="ByteString" value="${hex}"/></KeyValue>`;
  const data = (hex: string) => `<Data type="ByteString" value="${hex}"/>`;
  const digest = (hex: string) =>
    attribute(
      'Digest',
      `<AttributeValue><HashingAlgorithm type="Enumeration" value="SHA_256"/><DigestValue type="ByteString" value="${hex}"/></AttributeValue>`,
    );
  const type = (name: string) => `<ObjectType type="Enumeration" value="${name}"/>`;

  function made(): Run {
    const run = new Run();
    create(run, '$UNIQUE_IDENTIFIER_0', 'k');
    return run;
  }

  function given(objectType = 'SymmetricKey'): Run {
    const run = new Run();
    run.payloads('Register', type(objectType) + block('Raw', raw('0011')), uid('$UNIQUE_IDENTIFIER_0'), uid('k'));
    return run;
  }

  test('the material of a key that the server made does not matter, that of a registered key does', () => {
    const shown = uid('$UNIQUE_IDENTIFIER_0') + block('Raw', raw('0011'));
    expect(made().payloads('Get', uid('k'), shown, uid('k') + block('Raw', raw('ff')))).toEqual([]);
    expect(given().payloads('Get', uid('k'), shown, uid('k') + block('Raw', raw('0011')))).toEqual([]);
    expect(given().payloads('Get', uid('k'), shown, uid('k') + block('Raw', raw('ffff')))).toEqual([
      '…/Symmetric Key/Key Block/Key Value/Key Material: [redacted, 2 bytes] / [redacted, 2 bytes] with other bytes',
    ]);
  });

  test('a key comes as it was registered, whatever the case prints', () => {
    const format = '<KeyFormatType type="Enumeration" value="Raw"/>';
    const [shown, answered] = [uid('k') + block('Raw', raw('abcd')), uid('k') + block('Raw', raw('0011'))];
    expect(given().payloads('Get', uid('k'), shown, answered)).toEqual([]);
    expect(given().payloads('Get', uid('k') + format, shown, answered)).toHaveLength(1);
    expect(given().payloads('Get', uid('k'), shown, uid('k') + block('Raw', raw('0012')))).toHaveLength(1);
  });

  test('parts of a transparent key that the server made do not matter', () => {
    const key = (n: string) =>
      block(
        'TransparentRSAPublicKey',
        `<KeyValue><KeyMaterial><Modulus type="BigInteger" value="${n}"/></KeyMaterial></KeyValue>`,
      );
    expect(made().payloads('Get', uid('k'), uid('k') + key('05'), uid('k') + key('07'))).toEqual([]);
    expect(given().payloads('Get', uid('k'), uid('k') + key('05'), uid('k') + key('07'))).toHaveLength(1);
  });

  test('nor does its format, unless it is Raw or the request names one', () => {
    const format = '<KeyFormatType type="Enumeration" value="PKCS_1"/>';
    const [shown, answered] = [uid('k') + block('PKCS_1', raw('00')), uid('k') + block('PKCS_8', raw('00'))];
    expect(made().payloads('Get', uid('k'), shown, answered)).toEqual([]);
    expect(made().payloads('Get', uid('k') + format, shown, answered)).toHaveLength(1);
    expect(given().payloads('Get', uid('k'), shown, answered)).toHaveLength(1);
    expect(made().payloads('Get', uid('k'), uid('k') + block('Raw', raw('00')), answered)).toHaveLength(1);
    expect(
      made().payloads('Get', uid('k'), shown, uid('k') + shown.slice(uid('k').length).replace(/<KeyF.*?>/, '')),
    ).toHaveLength(1);
  });

  test('digests', () => {
    const named = '<AttributeName type="TextString" value="Digest"/>';
    expect(made().payloads('GetAttributes', named, uid('k') + digest('01'), uid('k') + digest('02'))).toEqual([]);
    expect(given().payloads('GetAttributes', named, uid('k') + digest('01'), uid('k') + digest('02'))).toHaveLength(1);
  });

  test('what was computed with a key that the server made', () => {
    const run = made();
    expect(run.payloads('Encrypt', uid('k') + data('01'), uid('k') + data('aa'), uid('k') + data('bb'))).toEqual([]);
    // The printed ciphertext stands for the one that came.
    const asked = readXmlElements(request('Decrypt', uid('k') + data('AA')));
    expect(run.symbols.fill(asked, NOW).children[1]?.children[1]?.children[1]?.value).toBe('bb');
    // What the case has sent must come back.
    expect(run.payloads('Decrypt', uid('k') + data('aa'), uid('k') + data('01'), uid('k') + data('01'))).toEqual([]);
    expect(run.payloads('Decrypt', uid('k') + data('aa'), uid('k') + data('01'), uid('k') + data('02'))).toHaveLength(
      1,
    );
  });

  test('what was computed with a registered key must be right, unless the server has drawn random bytes', () => {
    const vector = (hex: string) => `<IVCounterNonce type="ByteString" value="${hex}"/>`;
    const encrypt = (run: Run, more = ['', '']) =>
      run.payloads('Encrypt', uid('k') + data('01'), uid('k') + data('aa') + more[0], uid('k') + data('bb') + more[1]);
    expect(encrypt(given())).toHaveLength(1);
    expect(encrypt(given(), [vector('01'), vector('02')])).toEqual([]);
    expect(encrypt(given('PublicKey'))).toEqual([]);
    const hash = (run: Run) => run.payloads('Hash', data('01'), data('aa'), data('bb'));
    expect(hash(new Run())).toHaveLength(1);
  });

  test('random numbers, and how much of a seed was used', () => {
    const run = new Run();
    const length = (n: number) => `<DataLength type="Integer" value="${n}"/>`;
    expect(run.payloads('RNGRetrieve', length(2), data('0102'), data('0304'))).toEqual([]);
    expect(run.payloads('RNGRetrieve', length(2), data('0102'), data('03'))).toEqual([
      '…/Data: [redacted, 2 bytes] / [redacted, 1 bytes]',
    ]);
    expect(run.payloads('RNGSeed', data('01'), length(32), length(0))).toEqual([]);
  });

  test('what was joined or derived from registered parts must be right', () => {
    const run = given();
    run.payloads('Register', type('SplitKey') + block('Raw', raw('22')), uid('$UNIQUE_IDENTIFIER_1'), uid('l'));
    run.payloads('JoinSplitKey', type('SymmetricKey') + uid('k') + uid('l'), uid('$UNIQUE_IDENTIFIER_2'), uid('j'));
    const get = (id: string) =>
      run.payloads('Get', uid(id), uid(id) + block('Raw', raw('0102')), uid(id) + block('Raw', raw('03')));
    expect(get('j')).toHaveLength(1);
    create(run, '$UNIQUE_IDENTIFIER_3', 'm');
    run.payloads('JoinSplitKey', type('SymmetricKey') + uid('k') + uid('m'), uid('$UNIQUE_IDENTIFIER_4'), uid('n'));
    expect(get('n')).toEqual([]);
  });

  test('a key wrapped with a key that the server made', () => {
    const wrapped = (hex: string, by: string) =>
      block(
        'Raw',
        `<KeyValue type="ByteString" value="${hex}"/><KeyWrappingData><EncryptionKeyInformation>${uid(by)}</EncryptionKeyInformation></KeyWrappingData>`,
      );
    const run = given();
    create(run, '$UNIQUE_IDENTIFIER_1', 'w');
    expect(run.payloads('Get', uid('k'), uid('k') + wrapped('01', 'w'), uid('k') + wrapped('02', 'w'))).toEqual([]);
    expect(run.payloads('Get', uid('k'), uid('k') + wrapped('01', 'k'), uid('k') + wrapped('02', 'k'))).toHaveLength(1);
  });

  test('a printed identifier stands for the one that came', () => {
    const run = new Run();
    expect(create(run, '8590e6e9', 'mine')).toEqual([]);
    const asked = readXmlElements(request('Get', uid('8590e6e9')));
    expect(run.symbols.fill(asked, NOW).children[1]?.children[1]?.children[0]?.value).toBe('mine');
  });

  test('what a certificate authority decides', () => {
    const named = '<AttributeName type="TextString" value="Certificate Length"/>';
    const length = (n: number) => attribute('Certificate Length', `<AttributeValue type="Integer" value="${n}"/>`);
    expect(made().payloads('GetAttributes', named, uid('k') + length(635), uid('k') + length(800))).toEqual([]);
    expect(given().payloads('GetAttributes', named, uid('k') + length(635), uid('k') + length(800))).toHaveLength(1);
  });
});
