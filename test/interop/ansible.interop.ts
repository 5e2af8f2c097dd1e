import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { environmentOf } from '../../lab/environment.ts';
import { clients, isAbsent } from './clients.ts';
import { controlJournal, type LabProcess, run, startLab } from './lab-process.ts';

const file = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const skip = isAbsent(clients.ansible);

/** What a task of a playbook gave, by the name of the task. */
type Played = Record<string, Record<string, unknown> & { changed: boolean }>;

/** Plays a playbook as `keyrig exec -- ansible-playbook` would; it must end well. */
async function play(lab: LabProcess, playbook: string, variables: Record<string, string> = {}): Promise<Played> {
  const settings = Object.entries(variables).flatMap(([name, value]) => ['-e', `${name}=${value}`]);
  const env = { ...environmentOf(lab.ready), ...clients.ansible.env, ANSIBLE_STDOUT_CALLBACK: 'ansible.posix.json' };
  const ended = await run(clients.ansible.program, [file(`ansible/${playbook}.yml`), ...settings], { env });
  expect(ended, ended.stdout.slice(-4_000) + ended.stderr).toMatchObject({ code: 0 });
  const { plays } = JSON.parse(ended.stdout) as {
    plays: { tasks: { task: { name: string }; hosts: { localhost: Played[string] } }[] }[];
  };
  return Object.fromEntries(plays.flatMap(({ tasks }) => tasks.map(({ task, hosts }) => [task.name, hosts.localhost])));
}

/** Which tasks say that they changed something. */
const changed = (played: Played) => Object.fromEntries(Object.entries(played).map(([name, is]) => [name, is.changed]));

describe.skipIf(skip)("Ansible's vcenter_standard_key_provider", () => {
  let lab: LabProcess;
  let played: Played;
  let downloads: string;

  beforeAll(async () => {
    downloads = mkdtempSync(join(tmpdir(), 'keyrig-interop-'));
    lab = await startLab([file('worlds/inventory.scenario.yaml')]);
    played = await play(lab, 'key-provider', { downloads });
  }, 240_000);
  afterAll(async () => {
    rmSync(downloads, { recursive: true, force: true });
    await lab.stop();
  });

  test('changes what must change, and nothing the second time', () => {
    expect(changed(played)).toEqual({
      'Add the provider with the client certificate that the KMS knows': true,
      'Add it again': false,
      'Add a second provider': true,
      'Make the second one the default': true,
      'Make it the default again': false,
      'Give the default back': true,
      'Let vCenter make itself a certificate for the second one': true,
      'Ask vCenter for a certificate signing request': false,
      'Add a second server': true,
      'Move the second server': true,
      'Move it to the same place': false,
      'Take the second server away': true,
      'Remove the second provider': true,
      'See what is left': false,
    });
  });

  const clusters = (task: string) => played[task]?.key_provider_clusters;

  test('a provider that is alone becomes the default', () => {
    const { host, port } = lab.ready.kmip;
    expect(clusters('Add the provider with the client certificate that the KMS knows')).toMatchObject([
      {
        key_provide_id: 'ansible-kp',
        use_as_default: true,
        management_type: 'vCenter',
        servers: [{ name: 'kms-1', address: host, port }],
      },
    ]);
  });

  test('the default goes to another provider and back', () => {
    const shares = (isDefault: boolean, spareIsDefault: boolean) => [
      expect.objectContaining({ key_provide_id: 'ansible-kp', use_as_default: isDefault }),
      expect.objectContaining({ key_provide_id: 'spare-kp', use_as_default: spareIsDefault }),
    ];
    expect(clusters('Make the second one the default')).toEqual(shares(false, true));
    expect(clusters('Give the default back')).toEqual(shares(true, false));
  });

  test('vCenter makes a certificate, and a signing request, that OpenSSL reads', async () => {
    const certificate = join(downloads, 'spare-kp_self_signed_cert.pem');
    const request = join(downloads, 'spare-kp_client_csr.pem');
    expect(existsSync(certificate) && existsSync(request)).toBe(true);
    const { program } = clients.openssl;
    const shown = await run(program, ['x509', '-in', certificate, '-noout', '-subject', '-issuer']);
    const [subject, issuer] = shown.stdout.trim().split('\n');
    expect(subject?.replace('subject=', '')).toBe(issuer?.replace('issuer=', ''));
    const verified = await run(program, ['req', '-in', request, '-noout', '-verify']);
    expect(verified.stderr + verified.stdout).toContain('verify OK');
  });

  test('a server is added, moved and taken away; the removed provider is gone', () => {
    const servers = (task: string) =>
      (clusters(task) as { key_provide_id: string; servers: { name: string; address: string; port: number }[] }[])
        .find(({ key_provide_id }) => key_provide_id === 'ansible-kp')
        ?.servers.map(({ name, address, port }) => `${name} ${address}:${port}`);
    const first = `kms-1 ${lab.ready.kmip.host}:${lab.ready.kmip.port}`;
    expect(servers('Add a second server')).toEqual([first, 'kms-2 127.0.0.2:5696']);
    expect(servers('Move the second server')).toEqual([first, 'kms-2 127.0.0.3:5697']);
    expect(servers('See what is left')).toEqual([first]);
    expect(clusters('See what is left')).toMatchObject([{ key_provide_id: 'ansible-kp' }]);
  });

  test('the uploaded private key is in no log and not in the journal', async () => {
    const secret = readFileSync(lab.ready.pki.clientKey, 'utf8').split('\n')[1] ?? '';
    expect(secret).toHaveLength(64);
    const journal = JSON.stringify(await controlJournal(lab));
    for (const text of [journal, lab.output.stdout, lab.output.stderr]) expect(text.includes(secret)).toBe(false);
  });
});

describe.skipIf(skip)("Ansible's vmware_guest", () => {
  let lab: LabProcess;
  let played: Played;

  beforeAll(async () => {
    lab = await startLab([file('worlds/inventory.scenario.yaml')]);
    played = await play(lab, 'guests');
  }, 240_000);
  afterAll(() => lab.stop());

  test('changes what must change, and nothing the second time', () => {
    expect(changed(played)).toEqual({
      'See what vCenter this is': false,
      'Make a virtual machine that moves encrypted or not at all': true,
      'Make it again': false,
      'Start it': true,
      'Start it again': false,
      'Let it move as it can': true,
      'Look at it': false,
      'Move it to the other host': true,
      'Stop it': true,
      'Look for it': false,
      'Delete it': true,
      'Delete it again': false,
    });
  });

  test('the facts are those of the machine that was made', () => {
    const instance = (task: string) => played[task]?.instance;
    expect(instance('Make a virtual machine that moves encrypted or not at all')).toMatchObject({
      hw_name: 'app-1',
      hw_power_status: 'poweredOff',
      hw_memtotal_mb: 1024,
      hw_processor_count: 2,
      hw_datastores: ['datastore1'],
      hw_folder: '/Datacenter/vm',
      hw_eth0: { summary: 'VM Network' },
    });
    expect(instance('Start it')).toMatchObject({ hw_power_status: 'poweredOn' });
    expect(instance('Stop it')).toMatchObject({ hw_power_status: 'poweredOff', hw_esxi_host: 'esxi-2.lab' });
    expect(played['Look for it']?.virtual_machines).toMatchObject([
      { guest_name: 'app-1', esxi_hostname: 'esxi-2.lab', cluster: 'Cluster', power_state: 'poweredOff' },
    ]);
  });

  test('it moved with encryption, opportunistic as it was by then', async () => {
    const journal = await controlJournal(lab);
    expect(journal.filter(({ event }) => event === 'vcenter.vmotion.key')).toMatchObject([{ data: { keyBits: 256 } }]);
  });
});

describe.skipIf(skip)("Ansible's modules for what stands around machines", () => {
  let lab: LabProcess;
  let played: Played;

  beforeAll(async () => {
    lab = await startLab([file('worlds/with-key-provider.scenario.yaml')]);
    played = await play(lab, 'surroundings');
  }, 240_000);
  afterAll(() => lab.stop());

  test('change what must change, and nothing the second time', () => {
    expect(changed(played)).toEqual({
      'Look at the cluster': false,
      'Look at a host': false,
      'Make a resource pool': true,
      'Make it again': false,
      'Make a folder': true,
      'Move a machine there': true,
      'Give it a disk': true,
      'Take a snapshot of it': true,
      'Look at its snapshots': false,
      'Make a role that may do nothing but use keys': true,
      'Make the role again': false,
      'Send a host to maintenance': true,
      'Call it back': true,
    });
  });

  test('what they tell', () => {
    expect(played['Look at the cluster']?.clusters).toMatchObject({
      Cluster: {
        hosts: [{ name: 'esxi-1.lab' }, { name: 'esxi-2.lab' }],
        enable_ha: false,
        resource_summary: { cpuCapacityMHz: 76_800, memCapacityMB: 131_072 },
      },
    });
    expect(played['Look at a host']?.ansible_facts).toMatchObject({
      ansible_distribution: 'VMware ESXi',
      ansible_host_connection_state: 'connected',
      ansible_processor_cores: 16,
      cluster: 'Cluster',
    });
    expect(played['Look at its snapshots']?.guest_snapshots).toMatchObject({
      snapshots: [{ name: 'before', description: 'before the change' }],
    });
  });
});

describe.skipIf(skip)("Ansible's modules that use REST", () => {
  let lab: LabProcess;
  let played: Played;

  beforeAll(async () => {
    lab = await startLab([file('worlds/with-key-provider.scenario.yaml')]);
    played = await play(lab, 'rest');
  }, 240_000);
  afterAll(() => lab.stop());

  test('read machines, hosts, policies and datastores', () => {
    expect(played['Machines that run']?.value).toMatchObject([{ name: 'web-1', power_state: 'POWERED_ON' }]);
    expect(played.Hosts?.value).toMatchObject([{ name: 'esxi-1.lab' }, { name: 'esxi-2.lab' }]);
    expect(played['Storage policies']?.value).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ name: 'VM Encryption Policy', policy: '4d5f673c-536f-11e6-beb8-9e71128cae77' }),
      ]),
    );
    expect(played.Datastores?.value).toMatchObject([{ name: 'datastore1', type: 'VMFS' }]);
    expect(played['The version of the appliance']?.value).toMatchObject({ build: '19480866' });
  });
});
