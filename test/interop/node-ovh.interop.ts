import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type LabProcess, run, runKeyrig, startLab } from './lab-process.ts';

const script = fileURLToPath(new URL('node-ovh-client.mjs', import.meta.url));

/** What the client's script prints; see there. */
interface Printed {
  services: string[];
  before: object;
  registered: { taskId: number; state: string; progress: number };
  states: string[];
  task: object;
  kmsIds: number[];
  kms: object;
  after: object;
  refused: { error: number; message: string };
}

describe('@ovhcloud/node-ovh', () => {
  let lab: LabProcess;
  let thumbprint: string;
  let printed: Printed;

  beforeAll(async () => {
    lab = await startLab();
    const { kmip, ovh, pki } = lab.ready;
    const { stdout } = await runKeyrig('thumbprint', `${kmip.host}:${kmip.port}`);
    thumbprint = /^SHA1 Fingerprint=(.*)$/m.exec(stdout)?.[1] ?? '';
    const endpoint = new URL(ovh.url);
    const ended = await run(process.execPath, [script], {
      env: {
        NODE_EXTRA_CA_CERTS: pki.ca,
        OVH_HOST: endpoint.hostname,
        OVH_PORT: endpoint.port,
        OVH_APPLICATION_KEY: ovh.applicationKey,
        OVH_APPLICATION_SECRET: ovh.applicationSecret,
        OVH_CONSUMER_KEY: ovh.consumerKey,
        KMS_IP: kmip.host,
        KMS_THUMBPRINT: thumbprint,
      },
    });
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    printed = JSON.parse(ended.stdout) as Printed;
  });
  afterAll(() => lab.stop());

  test('lists the services', () => {
    expect(printed.services).toEqual([lab.ready.ovh.serviceName]);
  });

  test('sees encryption disabled before and enabled after', () => {
    expect(printed.before).toEqual({ state: 'disabled' });
    expect(printed.after).toEqual({ state: 'enabled' });
  });

  test('registers the KMS and polls the task to done', () => {
    expect(printed.registered).toMatchObject({ taskId: expect.any(Number), state: 'todo', progress: 0 });
    expect(printed.states).toEqual(['todo', 'doing', 'done']);
    expect(printed.task).toMatchObject({ taskId: printed.registered.taskId, state: 'done', progress: 100 });
  });

  test('reads the delivered KMS', () => {
    expect(printed.kmsIds).toHaveLength(1);
    expect(printed.kms).toEqual({
      kmsId: printed.kmsIds[0],
      ip: lab.ready.kmip.host,
      kmsTcpPort: lab.ready.kmip.port,
      sslThumbprint: thumbprint,
      description: 'registered by node-ovh – é',
      state: 'delivered',
    });
  });

  test("hands the API's refusal to the client's callback", () => {
    expect(printed.refused.error).toBe(404);
    expect(printed.refused.message).toEqual(expect.any(String));
  });
});
