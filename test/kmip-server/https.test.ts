/** KMIP over HTTPS, through real requests: KMIP Additional Message Encodings 1.0, KMIP 1.4 Profiles (HTTPS, XML, JSON). */
import { Agent, request } from 'node:https';
import { afterEach, describe, expect, it } from 'vitest';
import { cleanUp, connect, type Lab, type LabOptions, startLab } from './lab.ts';
import { createKey } from './requests.ts';

afterEach(cleanUp);

const start = (options: LabOptions = {}) => startLab({ https: {}, ...options });

interface ShownIdentity {
  chainPem: string | undefined;
  privateKeyPem: string | undefined;
}

interface HttpAnswer {
  status: number | undefined;
  type: string | undefined;
  body: Buffer;
}

function post(
  lab: Lab,
  body: string | Buffer,
  type: string,
  { path = '/kmip', method = 'POST', agent = false as Agent | false, identity = lab.client as ShownIdentity } = {},
): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        host: '127.0.0.1',
        port: lab.server.httpsPort,
        path,
        method,
        agent,
        rejectUnauthorized: false,
        cert: identity.chainPem,
        key: identity.privateKeyPem,
        headers: { 'content-type': type },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () =>
          resolve({
            status: response.statusCode,
            type: response.headers['content-type'],
            body: Buffer.concat(chunks),
          }),
        );
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}

// The first message of vCenter on a connection, an observed fixture: Discover Versions in KMIP 1.1.
const discoverTtlv = Buffer.from(
  '42007801000000604200770100000038420069010000002042006a0200000004000000010000000042006b0200000004000000010000000042000d0200000004000000010000000042000f010000001842005c05000000040000001e000000004200790100000000',
  'hex',
);
const discoverXml = `<?xml version="1.0" encoding="UTF-8"?>
<RequestMessage>
  <RequestHeader>
    <ProtocolVersion><ProtocolVersionMajor type="Integer" value="1"/><ProtocolVersionMinor type="Integer" value="1"/></ProtocolVersion>
    <BatchCount type="Integer" value="1"/>
  </RequestHeader>
  <BatchItem><Operation type="Enumeration" value="DiscoverVersions"/><RequestPayload/></BatchItem>
</RequestMessage>`;
const discoverJson = JSON.stringify({
  tag: 'RequestMessage',
  value: [
    {
      tag: 'RequestHeader',
      value: [
        {
          tag: 'ProtocolVersion',
          value: [
            { tag: 'ProtocolVersionMajor', type: 'Integer', value: 1 },
            { tag: 'ProtocolVersionMinor', type: 'Integer', value: 1 },
          ],
        },
        { tag: 'BatchCount', type: 'Integer', value: 1 },
      ],
    },
    {
      tag: 'BatchItem',
      value: [
        { tag: 'Operation', type: 'Enumeration', value: 'DiscoverVersions' },
        { tag: 'RequestPayload', value: [] },
      ],
    },
  ],
});

describe('POST /kmip', () => {
  it('takes TTLV and answers in TTLV', async () => {
    const lab = await start();
    const answer = await post(lab, discoverTtlv, 'application/octet-stream');
    expect(answer).toMatchObject({ status: 200, type: 'application/octet-stream' });
    expect(answer.body.subarray(0, 4).toString('hex')).toBe('42007b01');
    // Versions 1.4 down to 1.0: five structures with two Integers each.
    expect(answer.body.toString('hex').match(/42006b02000000040000000[0-4]00000000/g)).toHaveLength(1 + 5);
  });

  it.each(['text/xml', 'application/xml', 'text/xml; charset=utf-8'])('takes %s and answers in XML', async (type) => {
    const lab = await start();
    const answer = await post(lab, discoverXml, type);
    expect(answer).toMatchObject({ status: 200, type: 'text/xml' });
    const text = answer.body.toString('utf8');
    expect(text).toContain('<ResultStatus type="Enumeration" value="Success"/>');
    expect(text.match(/<ProtocolVersionMinor type="Integer" value="[0-4]"\/>/g)).toHaveLength(1 + 5);
  });

  it('takes JSON and answers in JSON', async () => {
    const lab = await start();
    const answer = await post(lab, discoverJson, 'application/json');
    expect(answer.status).toBe(200);
    expect(answer.type).toMatch(/^application\/json/);
    const message = JSON.parse(answer.body.toString('utf8'));
    expect(message.tag).toBe('ResponseMessage');
    expect(JSON.stringify(message)).toContain('"value":"Success"');
  });

  it('hands out keys of the TTLV port in all their bytes', async () => {
    const lab = await start();
    const key = await createKey(await connect(lab));
    const get = discoverXml
      .replace('DiscoverVersions', 'Get')
      .replace(
        '<RequestPayload/>',
        `<RequestPayload><UniqueIdentifier type="TextString" value="${key}"/></RequestPayload>`,
      );
    const answer = await post(lab, get, 'text/xml');
    expect(answer.body.toString('utf8')).toMatch(/<KeyMaterial type="ByteString" value="[0-9a-f]{64}"\/>/i);
  });

  it('keeps a connection for several messages', async () => {
    const lab = await start();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (let round = 0; round < 3; round++) {
      expect((await post(lab, discoverTtlv, 'application/octet-stream', { agent })).status).toBe(200);
    }
    agent.destroy();
    expect(lab.events('kmip.handshake')).toHaveLength(1);
  });
});

describe('what is no message', () => {
  it.each([
    ['XML', 'text/xml', '<RequestMessage>', 'Invalid Message'],
    ['a DOCTYPE', 'text/xml', '<!DOCTYPE a><RequestMessage/>', 'a DOCTYPE is refused'],
    ['JSON', 'application/json', '{"tag":', 'Invalid Message'],
    ['TTLV', 'application/octet-stream', 'garbage', 'Invalid Message'],
  ])('%s: refused in the language of the request', async (_name, type, body, said) => {
    const lab = await start();
    const answer = await post(lab, body, type);
    expect(answer.status).toBe(200);
    expect(answer.type?.startsWith(type)).toBe(true);
    expect(lab.events('kmip.malformed').map(({ text }) => text)).toEqual([expect.stringContaining(said)]);
  });

  it('another content type: 415; another path: 404; too long: 413', async () => {
    const lab = await start({ limits: { maxBytes: 4096 } });
    expect((await post(lab, 'hello', 'text/plain')).status).toBe(415);
    expect((await post(lab, discoverTtlv, 'application/octet-stream', { path: '/' })).status).toBe(404);
    expect((await post(lab, '', 'text/xml', { method: 'GET' })).status).toBe(404);
    expect((await post(lab, Buffer.alloc(20_000), 'application/octet-stream')).status).toBe(413);
    expect((await post(lab, discoverTtlv, 'application/octet-stream')).status).toBe(200);
  });
});

describe('who may speak', () => {
  it('a client without a certificate is refused in the handshake', async () => {
    const lab = await start();
    const nobody = { ...lab.client, chainPem: undefined, privateKeyPem: undefined };
    await expect(post(lab, discoverTtlv, 'application/octet-stream', { identity: nobody })).rejects.toThrow();
    expect(lab.events('kmip.request')).toEqual([]);
  });

  it('a fault breaks an answer off', async () => {
    const lab = await start({
      faults: [{ id: 'cut', at: 'kmip.response', then: { reset: { afterBytes: 16 } } }],
    });
    await expect(post(lab, discoverTtlv, 'application/octet-stream')).rejects.toThrow();
  });

  it('stops with requests open', async () => {
    const lab = await start({ faults: [{ id: 'hang', at: 'kmip.response', then: { hang: true } }] });
    const pending = post(lab, discoverTtlv, 'application/octet-stream').catch((error: Error) => error.message);
    await lab.event('kmip.request');
    await lab.server.stop();
    expect(await pending).toMatch(/socket hang up|ECONNRESET/);
  });
});
