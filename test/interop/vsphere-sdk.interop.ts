import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clients, isAbsent } from './clients.ts';
import { type LabProcess, run, startLab } from './lab-process.ts';

const file = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** See python/vsphere_sdk_client.py. */
type Steps = Record<string, unknown>;

describe.skipIf(isAbsent(clients.vsphereSdk)).each(['7.0', '8.0', '9.0'])(
  'the SDK for Python, vCenter %s',
  (version) => {
    let lab: LabProcess;
    let steps: Steps;

    beforeAll(async () => {
      lab = await startLab([file(`worlds/vcenter-${version}.scenario.yaml`)]);
      const ended = await run(clients.vsphereSdk.program, [file('python/vsphere_sdk_client.py')], {
        env: { REQUESTS_CA_BUNDLE: lab.ready.pki.ca },
        input: JSON.stringify(lab.ready),
      });
      expect(ended, ended.stderr).toMatchObject({ code: 0 });
      steps = JSON.parse(ended.stdout) as Steps;
    });
    afterAll(() => lab.stop());

    test('logs in and out', () => {
      expect(steps).toMatchObject({
        wrongPassword: { type: 'Unauthenticated', message: 'Authentication required.' },
        user: 'administrator@vsphere.local',
        version: 'VMware vCenter Server',
        loggedOut: { type: 'Unauthenticated' },
      });
    });

    test('reads the inventory: every structure has what the SDK requires of it', () => {
      expect(steps.listed).toContain('web-1');
      expect(steps.web).toMatchObject({ name: 'web-1', power_state: 'POWERED_ON' });
      expect(steps.power).toEqual({ state: 'POWERED_ON', clean_power_off: null });
      expect(steps.unknown).toMatchObject({ type: 'NotFound' });
      const { parts } = steps as { parts: Record<string, object> };
      expect(Object.keys(parts.Disk!)).toContain('2000');
      expect(parts.Scsi).toMatchObject({ '1000': { type: 'PVSCSI' } });
      for (const name of ['clusters', 'datacenters', 'datastores', 'pools']) {
        expect(steps[`${name}Read`]).toEqual(steps[name]);
      }
      expect(steps.hosts).toContain('esxi-1.lab');
      expect(steps.policies).toContain('VM Encryption Policy');
      expect(steps.compliance).toBeNull();
      expect(steps.machinesWithPolicy).toEqual([{}, {}, {}, {}]);
      expect(steps.tags).toEqual([[], [], []]);
    });

    test('makes a native key provider, backs it up and restores it', () => {
      expect(steps).toMatchObject({
        twice: { type: 'AlreadyExists' },
        before: { health: 'ERROR', constraints: { tpm_required: false } },
        after: [{ provider: 'sdk', type: 'NATIVE', health: 'OK' }],
        onHost: { type: 'NATIVE' },
        wrongBackupPassword: { type: 'InvalidArgument' },
        restored: { provider: 'sdk', type: 'NATIVE' },
        gone: { type: 'NotFound' },
      });
    });
  },
);
