import { createHash } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import {
  type CertificateAuthority,
  createCertificateAuthority,
  createRuntime,
  type FaultRule,
  type Identity,
  type JournalEntry,
  KeyPool,
  ManualClock,
  type Runtime,
} from '../../core/index.ts';
import { createOvhApiMock, type OvhApiMock, type OvhApiMockOptions, ovhHosts } from '../../ovh-api-mock/index.ts';

/** Keys and time of the signature vectors of the official clients (ovh.md 2.2). */
export const keys = {
  applicationKey: 'TDPKJdwZwAQPwKX2',
  applicationSecret: '9ufkBmLaTQ9nz5yMUlg79taH0GNnzDjk',
  consumerKey: '5mBuy6SUQcRw2ZUxg0cG68BoDKpED4KY',
} as const;
export const vectorTime = 1457018875;
/** `vectorTime` as the API prints it. */
export const vectorDate = '2016-03-03T15:27:55+00:00';

export const serviceName = 'pcc-192-0-2-10';
export const sha1Thumbprint = 'A7:61:68:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:61:91:2F';

const pool = new KeyPool();
let authority: Promise<CertificateAuthority> | undefined;

/** The CA of these tests. */
export function lab(): Promise<CertificateAuthority> {
  authority ??= pool
    .get('ca')
    .then((pair) => createCertificateAuthority({ keys: pair, ...createRuntime({ seed: 'ca' }) }));
  return authority;
}

export async function serverIdentity(commonName = 'server', names: readonly string[] = []): Promise<Identity> {
  return (await lab()).issueServer({ commonName, keys: await pool.get('server'), names: [...names] });
}

export interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
  json: Json;
}
export type Json = { [member: string]: unknown };

export interface CallOptions {
  /** JSON to send, or the raw body. */
  body?: unknown;
  /** Replaces or (undefined) removes headers. */
  headers?: Record<string, string | undefined>;
  secure?: boolean;
  prefix?: string;
  consumerKey?: string;
  /** The URL to sign; default: the one that is called, with its port. */
  signedUrl?: string;
  /** Host header; default: address and port. */
  host?: string;
}

export interface RunningApi {
  mock: OvhApiMock;
  runtime: Runtime;
  clock: ManualClock;
  call(method: string, path: string, options?: CallOptions): Promise<Answer>;
  /** A call below /dedicatedCloud/{serviceName}. */
  service(method: string, path: string, options?: CallOptions): Promise<Answer>;
  /** The next journal entry with this event, or the last one that is there already. */
  event(name: string): Promise<JournalEntry>;
}

/** Starts an API with the vectors' keys and a clock that stands at their time, stopped by `after`. */
export async function startApi(
  after: (stop: () => Promise<void>) => void,
  options: OvhApiMockOptions = {},
  faults: readonly FaultRule[] = [],
): Promise<RunningApi> {
  const clock = new ManualClock(vectorTime * 1000);
  const runtime = createRuntime({ clock, seed: 'ovh', faults });
  const { applicationKey, applicationSecret, consumerKey } = keys;
  const mock = createOvhApiMock(
    {
      httpPort: 0,
      httpsPort: 0,
      identity: await serverIdentity('ovh', ovhHosts),
      applications: [{ applicationKey, applicationSecret, consumerKeys: [{ consumerKey }] }],
      thumbprint: 'accept',
      ...options,
    },
    runtime,
  );
  await mock.start();
  after(() => mock.stop());
  const { certificatePem } = await lab();

  const call = (method: string, path: string, given: CallOptions = {}) => {
    const { secure = false, prefix = '/1.0', consumerKey: key = consumerKey } = given;
    const port = secure ? mock.httpsPort : mock.httpPort;
    const host = given.host ?? `127.0.0.1:${port}`;
    const body =
      given.body === undefined ? '' : typeof given.body === 'string' ? given.body : JSON.stringify(given.body);
    const url = given.signedUrl ?? `${secure ? 'https' : 'http'}://${host}${prefix}${path}`;
    const timestamp = String(Math.floor(clock.now() / 1000));
    const signed = [applicationSecret, key, method, url, body, timestamp].join('+');
    const headers: Record<string, string | undefined> = {
      host,
      'x-ovh-application': applicationKey,
      'x-ovh-consumer': key,
      'x-ovh-timestamp': timestamp,
      'x-ovh-signature': `$1$${createHash('sha1').update(signed).digest('hex')}`,
      ...(body ? { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) } : {}),
      ...given.headers,
    };
    const defined = Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined));
    return new Promise<Answer>((resolve, reject) => {
      const request = (secure ? httpsRequest : httpRequest)(
        { host: '127.0.0.1', port, method, path: prefix + path, headers: defined, agent: false, ca: certificatePem },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', reject);
          response.on('end', () => {
            const text = Buffer.concat(chunks).toString();
            const json = JSON.parse(text) as Json;
            resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json });
          });
        },
      );
      request.on('error', reject);
      request.end(body);
    });
  };

  return {
    mock,
    runtime,
    clock,
    call,
    service: (method, path, given) => call(method, `/dedicatedCloud/${serviceName}${path}`, given),
    event: (name) =>
      new Promise((resolve) => {
        const last = runtime.journal.entries({ event: name }).at(-1);
        if (last) return resolve(last);
        const stop = runtime.journal.subscribe((entry) => {
          if (entry.event !== name) return;
          stop();
          resolve(entry);
        });
      }),
  };
}

/** The events of the journal in order, those of requests and answers left out. */
export function events(runtime: Runtime): string[] {
  return runtime.journal
    .entries()
    .map((entry) => entry.event)
    .filter((event) => event !== 'ovh.request' && event !== 'ovh.response');
}
