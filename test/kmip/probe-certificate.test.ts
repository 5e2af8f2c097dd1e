import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { ManualClock } from '../../core/index.ts';
import { KmipClientError, probeCertificate } from '../../kmip/index.ts';
import { clock, makePki, type Pki, startTlsPeer } from './tls-peer.ts';

let pki: Pki;
const cleanups: (() => unknown)[] = [];

beforeAll(async () => {
  pki = await makePki();
});

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const der = (pem: string) => Buffer.from(pem.replaceAll(/-----.*-----|\s/g, ''), 'base64');

test.each([
  ['TLSv1.2', true],
  ['TLSv1.2', false],
  ['TLSv1.3', true],
  ['TLSv1.3', false],
] as const)('the certificate of a %s server is read; client certificate required: %s', async (version, requestCert) => {
  const server = await startTlsPeer(pki.server, {
    ca: pki.ca,
    requestCert,
    rejectUnauthorized: requestCert,
    minVersion: version,
    maxVersion: version,
  });
  cleanups.push(() => server.close());
  const { certificate, chain } = await probeCertificate({ host: '127.0.0.1', port: server.port, clock });
  expect(certificate.equals(der(pki.server.certificatePem))).toBe(true);
  expect(chain.map((one) => one.equals(der(pki.ca)))).toEqual([false, true]);
  expect(server.received).toEqual([]);
});

test('also over RSA key exchange, as old KMIP servers do', async () => {
  const server = await startTlsPeer(pki.server, {
    ca: pki.ca,
    requestCert: true,
    rejectUnauthorized: true,
    maxVersion: 'TLSv1.2',
    ciphers: 'AES128-SHA256',
  });
  cleanups.push(() => server.close());
  const tls = { ciphers: 'AES128-SHA256:AES256-SHA256' };
  const { certificate } = await probeCertificate({ host: '127.0.0.1', port: server.port, clock, tls });
  expect(certificate.equals(der(pki.server.certificatePem))).toBe(true);
});

test('an expired certificate is read as well', async () => {
  const server = await startTlsPeer(pki.expired);
  cleanups.push(() => server.close());
  const { certificate } = await probeCertificate({ host: '127.0.0.1', port: server.port, clock });
  expect(certificate.equals(der(pki.expired.certificatePem))).toBe(true);
});

test('a server that is silent or speaks no TLS shows no certificate', async () => {
  const manual = new ManualClock(0);
  let greeted: () => void = () => {};
  const hello = new Promise<void>((resolve) => {
    greeted = resolve;
  });
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => greeted());
    cleanups.push(() => void socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanups.push(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const probing = probeCertificate({ host: '127.0.0.1', port, clock: manual, timeoutMs: 1000 }).catch(
    (reason: unknown) => reason,
  );
  await hello;
  await manual.advance(1000);
  const error = await probing;
  expect(error).toBeInstanceOf(KmipClientError);
  expect(error).toMatchObject({ phase: 'handshake', failure: 'timeout' });

  const talker = createServer((socket) => {
    socket.on('error', () => {});
    socket.end('220 mail.example ESMTP\r\n');
  });
  talker.listen(0, '127.0.0.1');
  await once(talker, 'listening');
  cleanups.push(() => void talker.close());
  const target = { host: '127.0.0.1', port: (talker.address() as AddressInfo).port, clock };
  await expect(probeCertificate(target)).rejects.toMatchObject({ phase: 'handshake', failure: 'tls' });
});
