import { afterEach, beforeAll, expect, it } from 'vitest';
import { type HttpProxy, startHttpProxy } from './http-proxy.ts';
import { createLab, createPki, encryptByPolicy, faultOf, type Lab, type Pki } from './lab.ts';

/** KmipServerInfo.proxyAddress and proxyPort: the KMS is reached through a real HTTP proxy, or not at all. */
let pki: Pki;
let lab: Lab;
const proxies: HttpProxy[] = [];
beforeAll(async () => {
  pki = await createPki('proxy');
});
afterEach(async () => {
  await lab.stop();
  for (const proxy of proxies.splice(0)) await proxy.stop();
});

async function behindProxy(answer?: string, crypto = {}): Promise<HttpProxy> {
  const proxy = await startHttpProxy(answer);
  proxies.push(proxy);
  lab = await createLab(pki, { crypto });
  Object.assign(lab.crypto.providers.server('kms-cluster', 'kms1').info, {
    proxyAddress: '127.0.0.1',
    proxyPort: proxy.port,
  });
  return proxy;
}

const encrypt = () => lab.crypto.encryption.reconfigure(lab.inventory.vms()[0]!, encryptByPolicy, undefined);
const reasons = async () => {
  const fault = await faultOf(encrypt());
  expect(fault.message).toBe('Cannot generate key');
  return (fault.fault.faultMessage ?? []).map(({ message }) => message);
};

it('every connection is a tunnel: keys are made through it, and the certificate is retrieved through it', async () => {
  const proxy = await behindProxy();
  await encrypt();
  const { port } = lab.kms;
  // Eight connections of an encryption on a host that is not yet safe: create, describe, create, … (observed C1 to C8).
  expect(lab.kms.connections).toHaveLength(8);
  expect(proxy.heads).toEqual(Array(8).fill(`CONNECT 127.0.0.1:${port} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`));
  const provider = lab.crypto.providers.get('kms-cluster');
  const found = await lab.crypto.trust.retrieveServerCertificate(provider, provider.servers[0]!.info, undefined);
  expect(found.clientTrustServer).toBe(true);
  expect(proxy.heads).toHaveLength(9);
});

it('a proxy that refuses is a failure of the exchange, told with its own words; the KMS sees nothing', async () => {
  await behindProxy('HTTP/1.1 403 Forbidden by policy\r\nContent-Length: 0\r\n\r\n');
  expect(await reasons()).toContainEqual(
    expect.stringContaining('the proxy refused the tunnel: 403 Forbidden by policy'),
  );
  expect(lab.kms.connections).toEqual([]);
  expect(lab.events.map(({ eventTypeId }) => eventTypeId)).toContain('com.vmware.vc.kms.crypto.Unreachable');
  const [server] = (await lab.crypto.status.measure(lab.crypto.providers.get('kms-cluster'), undefined)).servers;
  expect(server).toMatchObject({ status: 'red', connectionStatus: expect.stringContaining('403') });
});

it('a KMS that is down behind the proxy: 502 from the proxy', async () => {
  await behindProxy();
  await lab.kms.stop();
  expect(await reasons()).toContainEqual(expect.stringContaining('502 Bad Gateway'));
});

it('something that is no proxy, and one that says nothing', async () => {
  await behindProxy('SSH-2.0-OpenSSH_9.2\r\n\r\n');
  expect(await reasons()).toContainEqual(expect.stringContaining('does not speak HTTP'));
  await lab.stop();
  await behindProxy('');
  expect(await reasons()).toContainEqual(expect.stringContaining('closed the connection without an answer'));
  await lab.stop();
  await behindProxy('x'.repeat(20_000));
  expect(await reasons()).toContainEqual(expect.stringContaining('has no end'));
});

it('no proxy listens: refused, and not tried without it', async () => {
  const proxy = await behindProxy();
  await proxy.stop();
  proxies.length = 0;
  expect(await reasons()).toContainEqual(expect.stringContaining('ECONNREFUSED'));
  expect(lab.kms.connections).toEqual([]);
});

it('the gateway is asked for the proxy, which is what vCenter dials', async () => {
  const asked: string[] = [];
  const proxy = await behindProxy(undefined, {
    isFlowOpen: (ip: string, port: number) => asked.push(`${ip}:${port}`) > 0,
  });
  await encrypt();
  expect(new Set(asked)).toEqual(new Set([`127.0.0.1:${proxy.port}`]));
});
