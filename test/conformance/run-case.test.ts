import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { decode, encode, MessageReader, readXmlElements, toXml } from '../../kmip/index.ts';
import {
  type CaseResult,
  ConformanceReport,
  type ConformanceTarget,
  exclusionOf,
  exclusions,
  findCases,
  loadCase,
  parseCase,
  runCase,
  runCases,
  toJunit,
} from '../../lab/conformance/index.ts';
import { messageOf } from '../../lab/conformance/pattern.ts';
import { makePki, type Pki, startTlsPeer } from '../kmip/tls-peer.ts';

const folder = mkdtempSync(join(tmpdir(), 'keyrig-conformance-'));
afterAll(() => rmSync(folder, { recursive: true }));

let pki: Pki;
beforeAll(async () => {
  pki = await makePki();
});

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

const header = (minor: number, count = 1, more = '') =>
  `<ProtocolVersion><ProtocolVersionMajor type="Integer" value="1"/><ProtocolVersionMinor type="Integer" value="${minor}"/></ProtocolVersion>
   ${more}<BatchCount type="Integer" value="${count}"/>`;
const request = (operation: string, payload = '', minor = 1) =>
  `<RequestMessage><RequestHeader>${header(minor)}</RequestHeader><BatchItem>
     <Operation type="Enumeration" value="${operation}"/><RequestPayload>${payload}</RequestPayload>
   </BatchItem></RequestMessage>`;
const response = (operation: string, payload = '', status = 'Success', minor = 1) =>
  `<ResponseMessage><ResponseHeader>${header(minor, 1, '<TimeStamp type="DateTime" value="2012-04-27T08:12:24Z"/>')}</ResponseHeader>
   <BatchItem><Operation type="Enumeration" value="${operation}"/><ResultStatus type="Enumeration" value="${status}"/>
   ${status === 'OperationPending' ? payload : `<ResponsePayload>${payload}</ResponsePayload>`}</BatchItem></ResponseMessage>`;
const uid = (value: string) => `<UniqueIdentifier type="TextString" value="${value}"/>`;
const state = (value: string) =>
  `<Attribute><AttributeName type="TextString" value="State"/><AttributeValue type="Enumeration" value="${value}"/></Attribute>`;
const ends = (value: string) =>
  `<Attribute><AttributeName type="TextString" value="Deactivation Date"/><AttributeValue type="DateTime" value="${value}"/></Attribute>`;

const caseOf = (text: string, name = 'TC-1-11') => parseCase(`<KMIP>${text}</KMIP>`, `v1.1/${name}.xml`);

/** A server that gives these answers in turn (the last one again and again; '' closes), and tells what it was sent. */
async function scripted(answers: string[]) {
  const sent: string[] = [];
  const connections: string[][] = [];
  let next = 0;
  const peer = await startTlsPeer(pki.server, {}, (socket) => {
    const reader = new MessageReader({ expect: 'request' });
    const own: string[] = [];
    connections.push(own);
    socket.on('data', (chunk) => {
      for (const event of reader.push(chunk)) {
        if (event.type === 'refused') throw event.error;
        const text = toXml(decode(event.bytes), { reveal: true });
        sent.push(text);
        own.push(/<Operation [^>]*value="(\w+)"/.exec(text)?.[1] ?? '');
        const answer = answers[Math.min(next, answers.length - 1)] as string;
        next += 1;
        if (answer === '') socket.destroy();
        else socket.write(encode(messageOf(readXmlElements(answer))));
      }
    });
  });
  cleanups.push(() => peer.close());
  const target: ConformanceTarget = { host: '127.0.0.1', port: peer.port, tls: { ca: pki.ca } };
  return { target, sent, connections };
}

describe('runCase', () => {
  test('passes when every answer fits, and uses what it was told', async () => {
    const { target, sent } = await scripted([response('Create', uid('abc')), response('Destroy', uid('abc'))]);
    const result = await runCase(
      caseOf(`# TIME 0 ${request('Create')}${response('Create', uid('$UNIQUE_IDENTIFIER_0'))}
        # TIME 1 ${request('Destroy', uid('$UNIQUE_IDENTIFIER_0'))}${response('Destroy', uid('$UNIQUE_IDENTIFIER_0'))}`),
      target,
    );
    expect(result).toEqual({
      name: 'TC-1-11',
      version: '1.1',
      file: 'v1.1/TC-1-11.xml',
      status: 'passed',
      steps: [
        { number: 1, label: 'TIME 0', mismatches: [] },
        { number: 2, label: 'TIME 1', mismatches: [] },
      ],
    });
    expect(sent[1]).toContain('<UniqueIdentifier type="TextString" value="abc"/>');
  });

  test('goes on after a difference, and names the first', async () => {
    const { target, sent } = await scripted([response('Create', state('Active')), response('Destroy', uid('x'))]);
    const result = await runCase(
      caseOf(`# TIME 0 ${request('Create')}${response('Create', state('PreActive'))}
        ${request('Destroy', uid('x'))}${response('Destroy', uid('x'))}`),
      target,
    );
    expect(result).toMatchObject({
      status: 'failed',
      reason: 'step 1 (TIME 0): Batch Item/Response Payload/State: expected Pre-Active, got Active',
    });
    expect(sent).toHaveLength(2);
  });

  test('ends with a lost connection', async () => {
    const { target } = await scripted([response('Create', uid('x')), '']);
    const step = request('Create') + response('Create', uid('x'));
    const result = await runCase(caseOf(step + step + step), target);
    expect(result).toMatchObject({ status: 'failed', steps: [{ number: 1 }] });
    expect(result.reason).toMatch(/the server closed the connection|the connection failed/);
  });

  test('fails when nobody listens', async () => {
    const result = await runCase(caseOf(request('Query') + response('Query')), {
      host: '127.0.0.1',
      port: 1,
      tls: {},
    });
    expect(result).toMatchObject({ status: 'failed', steps: [] });
    expect(result.reason).toContain('cannot connect to 127.0.0.1:1');
  });

  test('each client has its own connection', async () => {
    const { target, connections } = await scripted([response('Query')]);
    const ask = (client: string, operation: string) =>
      `# TIME 1 # [${client}] ${request(operation)}${response('Query')}`;
    await runCase(caseOf(ask('Client-A', 'Query') + ask('Client-B', 'Get') + ask('Client-A', 'Locate')), target);
    expect(connections).toEqual([['Query', 'Locate'], ['Get']]);
  });

  test('polls until the operation is no longer pending', async () => {
    const pending = response(
      'Locate',
      '<AsynchronousCorrelationValue type="ByteString" value="01"/>',
      'OperationPending',
    );
    const { target, sent } = await scripted([pending, pending, response('Locate', uid('a'))]);
    const passed: number[] = [];
    const poll = '<AsynchronousCorrelationValue type="ByteString" value="$ASYNCHRONOUS_CORRELATION_VALUE"/>';
    const result = await runCase(
      caseOf(`${request('Locate')}${pending.replace('value="01"', 'value="$ASYNCHRONOUS_CORRELATION_VALUE"')}
        ${request('Poll', poll)}${response('Locate', uid('$UNIQUE_IDENTIFIER_0'))}`),
      { ...target, advance: async (seconds) => void passed.push(seconds) },
    );
    expect(result.status).toBe('passed');
    expect(sent).toHaveLength(3);
    expect(passed).toEqual([1]);
  });

  const expiring = caseOf(`
    ${request('AddAttribute', ends('$NOW+120'))}${response('AddAttribute', ends('$NOW+120'))}
    # [REPEAT] until State changed ${request('GetAttributes')}${response('GetAttributes', state('Deactivated'))}`);

  test('moves the clock to the next date that the case has named, where a step is repeated until a state comes', async () => {
    let now = 1_700_000_000_000;
    const at = new Date(now + 120_000).toISOString();
    const { target } = await scripted([
      response('AddAttribute', ends(at)),
      response('GetAttributes', state('Active')),
      response('GetAttributes', state('Deactivated')),
    ]);
    const passed: number[] = [];
    const advance = async (seconds: number) => {
      passed.push(seconds);
      now += seconds * 1000;
    };
    expect(await runCase(expiring, { ...target, now: () => now, advance })).toMatchObject({ status: 'passed' });
    expect(passed).toEqual([121]);
  });

  test('says that time is needed where it may not wait so long', async () => {
    const now = 1_700_000_000_000;
    const { target } = await scripted([
      response('AddAttribute', ends(new Date(now + 120_000).toISOString())),
      response('GetAttributes', state('Active')),
    ]);
    expect(await runCase(expiring, { ...target, now: () => now })).toMatchObject({
      status: 'failed',
      reason: 'skipped: needs time, 121 s, and at most 5 s are waited',
    });
  });

  test('shows a credential where the case has none', async () => {
    const { target, sent } = await scripted([response('Query')]);
    const credential = { username: 'Fred', password: 'password1' };
    const own = request('Query').replace(
      '<BatchCount',
      '<Authentication><Credential><CredentialType type="Enumeration" value="Device"/></Credential></Authentication><BatchCount',
    );
    await runCase(caseOf(request('Query') + response('Query') + own + response('Query')), { ...target, credential });
    expect(sent[0]).toContain('value="password1"');
    expect(sent[0]).toMatch(/<\/ProtocolVersion>\s*<Authentication>[\s\S]*<\/Authentication>\s*<BatchCount/);
    expect(sent[1]).not.toContain('password1');
  });

  test('prepares what a case takes for granted', async () => {
    const { target, sent } = await scripted([response('Register', uid('a'))]);
    await runCase(caseOf(request('Locate', '', 3) + response('Locate', '', 'Success', 3), 'SASED-M-3-13'), target);
    expect(sent).toHaveLength(3);
    expect(sent[0]).toContain('SASED-M-2-13-template1');
    expect(sent[1]).toContain('<ProtocolVersionMinor type="Integer" value="3"/>');
    expect(sent[1]).toContain('SASED-M-2-13-group');
  });

  test('does not run excluded cases', async () => {
    const { target, sent } = await scripted([response('Put')]);
    const result = await runCase(caseOf(request('Put') + response('Put'), 'TC_NP_1_11_Put'), target);
    expect(result).toMatchObject({ status: 'excluded', reason: expect.stringContaining('KMIP 1.1 §5') });
    expect(sent).toEqual([]);
  });
});

test('each exclusion cites its clause', () => {
  for (const { reason } of exclusions) expect(reason).toMatch(/^KMIP 1\.\d §\d/);
  expect(exclusionOf('TC_NP_2_12_Notify_Put')).toBeDefined();
  expect(exclusionOf('TC-NPX-1')).toBeUndefined();
  expect(exclusionOf('CS-BC-M-7-12_Encrypt_with_Known_Symmetric_Key_with_Usage_Limits')).toBeUndefined();
});

describe('files', () => {
  const write = (name: string, text: string) => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };

  test('are found in the order of their numbers', () => {
    for (const name of ['b-10.xml', 'b-2.xml', 'c.txt']) write(name, '');
    expect(findCases([folder]).map((file) => file.slice(folder.length + 1))).toEqual(['b-2.xml', 'b-10.xml']);
    expect(findCases([folder], 'B-1')).toHaveLength(1);
    expect(() => findCases([folder], 'zzz')).toThrow('no test case (*.xml) with "zzz" in its name');
    expect(() => findCases([join(folder, 'none')])).toThrow('cannot read');
  });

  test('that are no cases fail, each with its reason', async () => {
    const broken = write('broken.xml', '<KMIP><RequestMessage/></KMIP>');
    expect(() => loadCase(broken)).toThrow('is no KMIP test case');
    expect(() => loadCase(join(folder, 'none.xml'))).toThrow('cannot read');
    const results = await runCases([broken], async () => {
      throw new Error('no server is needed');
    });
    expect(results).toMatchObject([
      { status: 'failed', reason: expect.stringContaining('message 1 is not a request followed by its response') },
    ]);
  });

  test('get their version from the folder, else from the first request', () => {
    const text = `<KMIP>${request('Query', '', 0)}${response('Query')}</KMIP>`;
    expect(parseCase(text, '/x/v1.4/TC-I18N-1-10.xml').version).toBe('1.4');
    expect(parseCase(text, '/x/TC-I18N-1-10.xml').version).toBe('1.0');
  });
});

describe('reports', () => {
  const results: CaseResult[] = [
    { name: 'A', version: '1.0', file: 'A.xml', status: 'passed', steps: [] },
    {
      name: 'B<',
      version: '1.1',
      file: 'B.xml',
      status: 'failed',
      reason: 'step 1: State: expected "x", got \u0001',
      steps: [
        {
          number: 1,
          label: '',
          mismatches: [
            { path: 'State', expected: '"x"', got: '\u0001' },
            { path: 'Name', expected: 'a', got: 'b' },
          ],
        },
      ],
    },
    { name: 'C', version: '1.1', file: 'C.xml', status: 'excluded', reason: 'KMIP 1.1 §5', steps: [] },
  ];

  test('a line for each case and a table of the versions', () => {
    const out = new PassThrough();
    const report = new ConformanceReport(out);
    for (const result of results) report.result(result);
    report.table(results);
    expect(out.read().toString().split('\n')).toEqual([
      '✓ v1.0 A',
      '✗ v1.1 B< step 1: State: expected "x", got \u0001',
      '    step 1: Name: expected a, got b',
      '- v1.1 C excluded: KMIP 1.1 §5',
      '',
      'KMIP        cases   passed   failed excluded',
      '1.0             1        1        0        0',
      '1.1             2        0        1        1',
      'all             3        1        1        1',
      '',
    ]);
  });

  test('JUnit', () => {
    const xml = toJunit(results);
    expect(readXmlElements(xml).children.map(({ name }) => name)).toEqual(['testsuite', 'testsuite']);
    expect(xml).toContain('<testsuite name="KMIP 1.1" tests="2" failures="1" skipped="1">');
    expect(xml).toContain('<testcase classname="KMIP 1.0" name="A"/>');
    expect(xml).toContain('name="B&#60;"><failure message="step 1: State: expected &#34;x&#34;, got \ufffd">');
    expect(xml).toContain('<skipped message="KMIP 1.1 §5"/>');
  });
});
