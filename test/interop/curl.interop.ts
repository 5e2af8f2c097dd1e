import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clients, isAbsent } from './clients.ts';
import { type LabProcess, type Run, run, startLab } from './lab-process.ts';

const world = fileURLToPath(new URL('worlds/kms-https.scenario.yaml', import.meta.url));
const skip = isAbsent(clients.curl);

describe.skipIf(skip)('curl and KMIP over HTTPS', () => {
  let lab: LabProcess;
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'keyrig-curl-'));
    lab = await startLab([world]);
  });
  afterAll(async () => {
    await lab.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Posts a message with the options that a person would type. */
  function curl(body: string | Buffer, contentType: string, ...options: string[]): Promise<Run> {
    const { kmip, pki } = lab.ready;
    const message = join(folder, 'message');
    writeFileSync(message, body);
    const identity = ['--cacert', pki.ca, '--cert', pki.clientCert, '--key', pki.clientKey];
    const request = ['--header', `Content-Type: ${contentType}`, '--data-binary', `@${message}`];
    return run('curl', ['--silent', '--show-error', ...identity, ...request, ...options, kmip.httpsUrl ?? '']);
  }

  async function post(body: string | Buffer, contentType: string): Promise<string> {
    const ended = await curl(body, contentType);
    expect(ended, ended.stderr).toMatchObject({ code: 0 });
    return ended.stdout;
  }

  const xml = (operation: string, payload: string, minor = 4) => `<?xml version="1.0"?>
<RequestMessage>
  <RequestHeader>
    <ProtocolVersion>
      <ProtocolVersionMajor type="Integer" value="1"/>
      <ProtocolVersionMinor type="Integer" value="${minor}"/>
    </ProtocolVersion>
    <BatchCount type="Integer" value="1"/>
  </RequestHeader>
  <BatchItem>
    <Operation type="Enumeration" value="${operation}"/>
    <RequestPayload>${payload}</RequestPayload>
  </BatchItem>
</RequestMessage>`;

  const identifier = (uid: string) => `<UniqueIdentifier type="TextString" value="${uid}"/>`;

  /** The same request in JSON. */
  const json = (operation: string, payload: object[]) =>
    JSON.stringify({
      tag: 'RequestMessage',
      value: [
        {
          tag: 'RequestHeader',
          value: [
            {
              tag: 'ProtocolVersion',
              value: [
                { tag: 'ProtocolVersionMajor', type: 'Integer', value: 1 },
                { tag: 'ProtocolVersionMinor', type: 'Integer', value: 4 },
              ],
            },
            { tag: 'BatchCount', type: 'Integer', value: 1 },
          ],
        },
        {
          tag: 'BatchItem',
          value: [
            { tag: 'Operation', type: 'Enumeration', value: operation },
            { tag: 'RequestPayload', value: payload },
          ],
        },
      ],
    });

  /** Register of a key with known bytes; gives its Unique Identifier. */
  async function registerKey(material: string): Promise<string> {
    const answer = await post(
      xml(
        'Register',
        `<ObjectType type="Enumeration" value="SymmetricKey"/>
         <TemplateAttribute>
           <Attribute>
             <AttributeName type="TextString" value="Cryptographic Usage Mask"/>
             <AttributeValue type="Integer" value="Encrypt Decrypt"/>
           </Attribute>
         </TemplateAttribute>
         <SymmetricKey>
           <KeyBlock>
             <KeyFormatType type="Enumeration" value="Raw"/>
             <KeyValue><KeyMaterial type="ByteString" value="${material}"/></KeyValue>
             <CryptographicAlgorithm type="Enumeration" value="AES"/>
             <CryptographicLength type="Integer" value="128"/>
           </KeyBlock>
         </SymmetricKey>`,
      ),
      'text/xml',
    );
    const [, uid] = /<UniqueIdentifier type="TextString" value="([^"]+)"\/>/.exec(answer) ?? [];
    if (uid === undefined) throw new Error(`Register gave no Unique Identifier: ${answer}`);
    return uid;
  }

  test.each([0, 1, 2, 3, 4])('XML in KMIP 1.%d: the answer has the version of the request', async (minor) => {
    const answer = await post(
      xml('Query', '<QueryFunction type="Enumeration" value="QueryObjects"/>', minor),
      'text/xml',
    );
    expect(answer).toContain('<ResultStatus type="Enumeration" value="Success"/>');
    expect(answer).toContain(`<ProtocolVersionMinor type="Integer" value="${minor}"/>`);
    expect(answer).toContain('<ObjectType type="Enumeration" value="SymmetricKey"/>');
    // PGP Key came with KMIP 1.2 (§2.2.9).
    expect(answer.includes('value="PGPKey"')).toBe(minor >= 2);
  });

  test('a key brought in XML comes back in XML, JSON and TTLV', async () => {
    const material = '00112233445566778899aabbccddeeff';
    const uid = await registerKey(material);
    const inXml = await post(xml('Get', identifier(uid)), 'text/xml');
    expect(inXml.toLowerCase()).toContain(`<keymaterial type="bytestring" value="${material}"/>`);
    const inJson = JSON.parse(
      await post(json('Get', [{ tag: 'UniqueIdentifier', type: 'TextString', value: uid }]), 'application/json'),
    );
    expect(inJson.tag).toBe('ResponseMessage');
    expect(JSON.stringify(inJson).toLowerCase()).toContain(
      `{"tag":"keymaterial","type":"bytestring","value":"${material}"}`,
    );
    const out = join(folder, 'answer');
    const ended = await curl(ttlvGet(uid), 'application/octet-stream', '--output', out);
    expect(ended, ended.stderr).toMatchObject({ code: 0 });
    const { stdout: hex } = await run('od', ['-An', '-v', '-tx1', out]);
    // Key Material 420043, a Byte String of 16 bytes.
    expect(hex.replaceAll(/\s/g, '')).toContain(`4200430800000010${material}`);
  });

  test('a refusal is an answer of HTTP 200 with a Result Reason', async () => {
    const ended = await curl(xml('Get', identifier('no-such-object')), 'text/xml', '--write-out', '%{http_code}');
    expect(ended.code).toBe(0);
    expect(ended.stdout).toMatch(/200$/);
    expect(ended.stdout).toContain('<ResultStatus type="Enumeration" value="OperationFailed"/>');
    expect(ended.stdout).toContain('<ResultReason type="Enumeration" value="ItemNotFound"/>');
    expect(ended.stdout).toMatch(/<ResultMessage type="TextString" value="[^"]*no-such-object/);
  });

  test('what is no KMIP message: the status tells', async () => {
    const status = async (...args: Parameters<typeof curl>) => {
      const { stdout } = await curl(...args, '--output', join(folder, 'ignored'), '--write-out', '%{http_code}');
      return stdout;
    };
    expect(await status('hello', 'text/plain')).toBe('415');
    expect(await status('<a', 'text/xml')).toBe('200');
  });

  test('without a client certificate the handshake fails', async () => {
    const { kmip, pki } = lab.ready;
    const ended = await run('curl', ['--silent', '--show-error', '--cacert', pki.ca, '-d', 'x', kmip.httpsUrl ?? '']);
    // 35: TLS handshake; 56: the refusal came after the handshake of TLS 1.3. curl's manual, EXIT CODES
    expect([35, 56]).toContain(ended.code);
    expect(ended.stderr).toMatch(/alert|certificate/i);
  });
});

/** Get in KMIP 1.4, byte by byte. KMIP 1.4 §9.1 */
function ttlvGet(uid: string): Buffer {
  const item = (tag: string, type: string, value: Buffer) => {
    const head = Buffer.from(`${tag}${type}${value.length.toString(16).padStart(8, '0')}`, 'hex');
    return Buffer.concat([head, value, Buffer.alloc((8 - (value.length % 8)) % 8)]);
  };
  const structure = (tag: string, ...items: Buffer[]) => item(tag, '01', Buffer.concat(items));
  const integer = (tag: string, value: number) => {
    return item(tag, '02', Buffer.from(value.toString(16).padStart(8, '0'), 'hex'));
  };
  // Request Message, Request Header, Protocol Version 1.4, Batch Count 1; Batch Item, Operation Get, Request Payload.
  return structure(
    '420078',
    structure('420077', structure('420069', integer('42006a', 1), integer('42006b', 4)), integer('42000d', 1)),
    structure(
      '42000f',
      item('42005c', '05', Buffer.from('0000000a', 'hex')),
      structure('420079', item('420094', '07', Buffer.from(uid))),
    ),
  );
}
