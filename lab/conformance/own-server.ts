import { createCertificateAuthority, createRuntime, KeyPool, ManualClock } from '../../core/index.ts';
import { Operation } from '../../kmip/index.ts';
import { createKmipServer, type KmipServerOptions } from '../../kmip-server/index.ts';
import { plainName } from './exclusions.ts';
import type { ProvideTarget } from './run-cases.ts';

/** What the published cases expect of a server's configuration. */
const CONFIGURATION = {
  // Clients of the credential cases: the creator and another one (TC-111, TC-112).
  credentials: 'optional',
  users: [
    { username: 'Fred', password: 'password1' },
    { username: 'Barney', password: 'secret2' },
  ],
  devices: [
    { name: 'device1', deviceSerialNumber: 'serNum123456', password: 'secret' },
    { name: 'device2', deviceSerialNumber: 'serNum101010', password: 'passwd' },
  ],
  // TC-122
  extensions: [
    { name: 'ACME LOCATION', tag: 0x54aa01, type: 7 },
    { name: 'ACME ZIP CODE', tag: 0x54aa02, type: 2 },
  ],
  leaseTime: 3600,
  // An operation that is to be cancelled must still be pending (TC-32).
  asynchronousDelayMs: 500,
} as const satisfies Partial<KmipServerOptions>;

/** What a server's administrator decides and a case expects otherwise than the others. */
function configurationFor(caseName: string): Partial<KmipServerOptions> {
  // A server may refuse a seed (KMIP 1.2 §4.36): CS-RNG-O-4 is the case for one that does.
  const refusesSeeds = /^CS-RNG-O-4-/.test(plainName(caseName));
  const { RNGSeed: _, ...others } = Operation;
  return refusesSeeds ? { access: [{ operations: Object.keys(others) }] } : {};
}

/**
 * Starts keyrig's server anew for each case, on a free port of the loopback, with a clock that only the runner moves:
 * most published cases use the same names and expect an empty server.
 */
export async function ownServers(keys: KeyPool = new KeyPool()): Promise<ProvideTarget> {
  const [authorityKeys, serverKeys, clientKeys] = await Promise.all([
    keys.get('ca'),
    keys.get('server'),
    keys.get('client'),
  ]);
  const parts = createRuntime({ seed: 'conformance' });
  const authority = createCertificateAuthority({ keys: authorityKeys, ...parts });
  const identity = authority.issueServer({ commonName: 'kms', keys: serverKeys, names: ['127.0.0.1'] });
  const client = authority.issueClient({ commonName: 'conformance', keys: clientKeys });
  return async (testCase) => {
    const clock = new ManualClock();
    const runtime = createRuntime({ clock, seed: testCase.name });
    const options = {
      ...CONFIGURATION,
      ...configurationFor(testCase.name),
      https: {},
      identity,
      ca: [authority.certificatePem],
      port: 0,
    };
    const server = createKmipServer(options, runtime);
    const { host, port, httpsPort } = await server.start();
    return {
      target: {
        host,
        port,
        ...(httpsPort !== undefined && { httpsPort }),
        tls: { ca: authority.certificatePem, cert: client.chainPem, key: client.privateKeyPem },
        now: () => clock.now(),
        advance: (seconds) => clock.advance(seconds * 1000),
      },
      release: () => server.stop(),
    };
  };
}
