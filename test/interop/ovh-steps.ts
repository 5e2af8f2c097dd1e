import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { environmentOf } from '../../lab/environment.ts';
import { keys, type RunningApi, serviceName, startApi, lab as testLab } from '../ovh-api-mock/api.ts';
import { type ForeignClient, isAbsent } from './clients.ts';
import { type LabProcess, run, runKeyrig, startLab } from './lab-process.ts';
import { startNameProxy } from './name-proxy.ts';

// What each of OVHcloud's clients must live through. The scripts are those of docs/clients, which take the same steps in each
// language and print one line per step: its name and what the API answered, as JSON.

/** What the steps of a script gave, by name. */
export type Steps = Record<string, unknown>;

/** A client of OVHcloud's API and the scripts that use it. */
export interface OvhClient {
  /** What the scripts call it in descriptions. */
  name: string;
  client: ForeignClient;
  /** The arguments that run a script; what the script takes follows. */
  script: (name: string) => string[];
  /** Whether it signs calls whose path contains /auth (spec 2.5). */
  signsAuth: boolean;
  /** How the client reports a refusal with this status and message. */
  refusal: (status: number, message: unknown, step: string) => object;
}

/** A file of docs/clients. */
export const documented = (path: string) => fileURLToPath(new URL(`../../docs/clients/${path}`, import.meta.url));

/** Runs a client's script to its end, in the environment that tells it of the API. */
export async function stepsOf(
  { client, script }: OvhClient,
  environment: NodeJS.ProcessEnv,
  name: string,
  ...args: string[]
): Promise<Steps> {
  const env = { ...environment, ...client.env };
  const ended = await run(client.program, [...script(name), ...args], { env });
  expect(ended, ended.stdout + ended.stderr).toMatchObject({ code: 0, stderr: '' });
  return parseSteps(ended.stdout);
}

/** Reads the lines of a script. */
function parseSteps(text: string): Steps {
  const lines = text.trim().split('\n');
  return Object.fromEntries(
    lines.map((line) => {
      const space = line.indexOf(' ');
      return [line.slice(0, space), JSON.parse(line.slice(space)) as unknown];
    }),
  );
}

/** The SHA-1 thumbprint of the lab's KMS. */
export async function thumbprintOf({ ready: { kmip } }: LabProcess): Promise<string> {
  const { stdout } = await runKeyrig('thumbprint', `${kmip.host}:${kmip.port}`);
  return /^SHA1 Fingerprint=(.*)$/m.exec(stdout)?.[1] ?? '';
}

/** Status and message of each mistake; the wording that OVHcloud does not publish is looked through for what it must name. */
const mistakes: Record<string, [number, unknown]> = {
  unknownService: [404, 'This service does not exist'],
  unknownKms: [404, expect.stringMatching(/kmsId = 42\b/)],
  unknownTask: [404, expect.stringMatching(/taskId = 42\b/)],
  noSuchRoute: [404, expect.stringMatching(/\/noSuchRoute/)],
  hostName: [400, expect.stringMatching(/\[ip\].*kms\.example\.com.*ipv4/)],
  addressOfVersion6: [400, expect.stringMatching(/\[ip\].*2001:db8::1.*ipv4/)],
  noThumbprint: [400, expect.stringMatching(/\[sslThumbprint\]/)],
  numberForText: [400, expect.stringMatching(/\[sslThumbprint\].*42.*string/)],
  // Printed in the guide, but not part of the API.
  guidePath: [404, expect.stringMatching(/\/vmEncryption\/kms/)],
  wrongApplicationKey: [403, expect.stringMatching(/application key/)],
  wrongSecret: [400, 'Invalid signature'],
  wrongConsumerKey: [403, 'This credential does not exist'],
};

const someUrl = expect.stringMatching(/^https:\/\/\S+$/);

/** The tests that every client must pass. */
export function describeOvhClient(ovhClient: OvhClient): void {
  const { name, client, refusal, signsAuth } = ovhClient;
  describe.skipIf(isAbsent(client))(client.name, () => {
    let lab: LabProcess;
    let thumbprint: string;

    beforeAll(async () => {
      lab = await startLab([documented('lab.scenario.yaml')]);
      thumbprint = await thumbprintOf(lab);
    });
    afterAll(() => lab.stop());

    test('registers a KMS, follows the task, changes and removes the KMS', async () => {
      const { serviceName } = lab.ready.ovh;
      const steps = await stepsOf(ovhClient, environmentOf(lab.ready), 'kms', lab.ready.kmip.host, thumbprint);
      const [kmsId] = steps.kmsIds as number[];
      const entry = {
        kmsId,
        ip: lab.ready.kmip.host,
        kmsTcpPort: lab.ready.kmip.port,
        sslThumbprint: thumbprint,
        description: `registered by ${name} – <é>`,
        state: 'delivered',
      };
      const begun = { taskId: expect.any(Number), name: expect.any(String), state: 'todo', progress: 0 };
      const done = { taskId: expect.any(Number), name: expect.any(String), state: 'done', progress: 100 };
      const lived = ['todo', 'doing', 'done'];
      expect(steps).toEqual({
        services: [serviceName],
        // What the acceptance test of terraform-provider-ovh wants to be set in its data source (spec 1.3).
        service: expect.objectContaining({
          serviceName,
          state: 'delivered',
          vScopeUrl: someUrl,
          webInterfaceUrl: someUrl,
          certifiedInterfaceUrl: someUrl,
          commercialRange: expect.stringMatching(/./),
          iam: expect.objectContaining({ urn: expect.stringMatching(/^urn:v1:eu:resource:pccVMware:pcc-/) }),
        }),
        before: { state: 'disabled' },
        registered: expect.objectContaining(begun),
        registeredStates: lived,
        registeredEnd: expect.objectContaining(done),
        kmsIds: [expect.any(Number)],
        kms: entry,
        enabled: { state: 'enabled' },
        sameAddress: refusal(409, expect.stringContaining(entry.ip), 'sameAddress'),
        changed: expect.objectContaining(begun),
        changedStates: lived,
        changedEnd: expect.objectContaining(done),
        changedKms: { ...entry, description: `changed by ${name}` },
        removed: expect.objectContaining(begun),
        removedStates: lived,
        removedEnd: expect.objectContaining(done),
        removedKms: refusal(404, expect.stringContaining(`kmsId = ${kmsId}`), 'removedKms'),
        after: { state: 'disabled' },
      });
    });

    test('reports each refusal in its own way', async () => {
      const steps = await stepsOf(ovhClient, environmentOf(lab.ready), 'refused', lab.ready.kmip.host, thumbprint);
      const expected = Object.entries(mistakes).map(([step, [status, message]]) => [
        step,
        refusal(status, message, step),
      ]);
      expect(steps).toEqual(Object.fromEntries(expected));
    });

    test("finds the API under the client's own endpoint when the name leads to this machine", async () => {
      const proxy = await startNameProxy(Number(new URL(lab.ready.ovh.url).port));
      onTestFinished(() => proxy.stop());
      // Python reads the variable in small letters, Node.js reads either once it is told to.
      const proxied = { HTTPS_PROXY: proxy.url, https_proxy: proxy.url, NODE_USE_ENV_PROXY: '1' };
      const byName = { ...environmentOf(lab.ready), ...proxied, OVH_ENDPOINT: 'ovh-eu' };
      const steps = await stepsOf(ovhClient, byName, 'refused', lab.ready.kmip.host, thumbprint);
      expect(steps).toMatchObject({
        unknownService: refusal(404, 'This service does not exist', 'unknownService'),
        wrongSecret: refusal(400, 'Invalid signature', 'wrongSecret'),
      });
      expect(new Set(proxy.asked)).toEqual(new Set(['eu.api.ovh.com:443']));
    });

    test('asks for a consumer key and uses it once the user has granted it', async () => {
      const api = await startApi(onTestFinished);
      grantWhenRefused(api);
      const steps = await stepsOf(ovhClient, await environmentOfApi(api), 'credential');
      const rules = ['/dedicatedCloud', '/dedicatedCloud/*'].map((path) => ({ method: 'GET', path }));
      expect(steps).toEqual({
        asked: {
          state: 'pendingValidation',
          // The token has 64 characters (spec 2.3).
          validationUrl: expect.stringMatching(/^https:\/\/127\.0\.0\.1:\d+\/auth\/\?credentialToken=\w{64}$/),
        },
        notGranted: refusal(403, 'This credential is not valid', 'notGranted'),
        services: [serviceName],
        credential: signsAuth
          ? expect.objectContaining({ status: 'validated', rules: expect.arrayContaining(rules), ovhSupport: false })
          : refusal(401, 'You must login first', 'credential'),
        // Called by terraform-provider-ovh before anything else (spec 2.3).
        details: signsAuth
          ? expect.objectContaining({
              method: 'account',
              identities: [expect.stringMatching(/^urn:v1:eu:identity:account:/)],
            })
          : refusal(401, 'You must login first', 'details'),
        notInTheRules: refusal(403, 'This call has not been granted', 'notInTheRules'),
      });
    });
  });
}

/** How the scripts are told of an API that runs in this process, whose application has no granted consumer key but the tests' own. */
export async function environmentOfApi({ mock }: RunningApi): Promise<NodeJS.ProcessEnv> {
  const folder = mkdtempSync(join(tmpdir(), 'keyrig-ovh-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const ca = join(folder, 'ca.pem');
  writeFileSync(ca, (await testLab()).certificatePem);
  return {
    OVH_ENDPOINT: mock.url,
    OVH_APPLICATION_KEY: keys.applicationKey,
    OVH_APPLICATION_SECRET: keys.applicationSecret,
    OVH_CONSUMER_KEY: keys.consumerKey,
    NODE_EXTRA_CA_CERTS: ca,
    SSL_CERT_FILE: ca,
    REQUESTS_CA_BUNDLE: ca,
  };
}

/** Plays the user: grants what was asked for, after the client has seen that it must wait. */
function grantWhenRefused({ mock, runtime }: RunningApi): void {
  const stop = runtime.journal.subscribe(({ event, data }) => {
    if (event !== 'ovh.response' || data?.status !== 403) return;
    stop();
    const waiting = mock.credentials.filter(({ status }) => status === 'pendingValidation');
    for (const { consumerKey } of waiting) mock.validateCredential(consumerKey);
  });
}
