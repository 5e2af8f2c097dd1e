import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The root of the repository. */
export const root = fileURLToPath(new URL('../../', import.meta.url));

/** Where `install.ts` puts the clients; ignored by git. */
export const clientsFolder = `${root}.interop/`;

const python = `${clientsFolder}venv/bin/python`;

/** The older package of OVHcloud's client for Node.js, as a file to import. */
const olderNodeOvh = `${clientsFolder}node-ovh-2/node_modules/ovh/lib/ovh.es5.js`;

/** A program that keyrig did not write, and how to see that it is there. */
export interface ForeignClient {
  /** What it is called in "SKIPPED: … is not installed". */
  name: string;
  /** The program to run. */
  program: string;
  /** Arguments with which it only tells that it works. */
  probe: string[];
  /** What it needs in its environment. */
  env?: NodeJS.ProcessEnv;
}

const importPyvmomi = ['-W', 'ignore', '-c', 'import pyVim.connect, pyVmomi'];

/** A release of pyVmomi in a folder of its own, run by the Python that has everything else. */
function pyvmomiIn(folder: string, release: string): ForeignClient {
  return {
    name: `pyVmomi ${release}`,
    program: python,
    probe: importPyvmomi,
    env: { PYTHONPATH: clientsFolder + folder, PYTHONWARNINGS: 'ignore' },
  };
}

export const clients = {
  openssl: { name: 'openssl', program: 'openssl', probe: ['version'] },
  govc: { name: 'govc', program: `${clientsFolder}bin/govc`, probe: ['version'] },
  kmipGo: { name: 'kmip-go', program: `${clientsFolder}bin/kmip-go`, probe: [] },
  thalesKmipGo: { name: "Thales' kmip-go", program: `${clientsFolder}bin/thales-kmip-go`, probe: [] },
  pyvmomi: { name: 'pyVmomi 9.1.1', program: python, probe: importPyvmomi },
  pyvmomi67: pyvmomiIn('debian/usr/lib/python3/dist-packages', '6.7.1'),
  pyvmomi70: pyvmomiIn('pyvmomi-7.0.3', '7.0.3'),
  pyvmomi80: pyvmomiIn('pyvmomi-8.0.3.0.1', '8.0.3.0.1'),
  zeep: { name: 'zeep', program: python, probe: ['-c', 'import zeep'] },
  pykmip: { name: 'PyKMIP', program: python, probe: ['-c', 'import kmip.pie.client, kmip.services.server'] },
  ansible: {
    name: 'Ansible',
    program: `${clientsFolder}ansible/bin/ansible-playbook`,
    probe: ['--version'],
    // The settings of this user and of this machine do not count.
    env: { ANSIBLE_CONFIG: `${root}test/interop/ansible/ansible.cfg` },
  },
  nodeOvh: { name: '@ovhcloud/node-ovh', program: process.execPath, probe: ['-e', "require('@ovhcloud/node-ovh')"] },
  nodeOvh2: {
    name: 'ovh 2.0.3 for Node.js',
    program: process.execPath,
    probe: ['-e', `require('${olderNodeOvh}')`],
    env: { OVH_PACKAGE: olderNodeOvh },
  },
  vsphereSdk: {
    name: "VMware's SDK for Python",
    program: `${clientsFolder}vsphere-sdk/bin/python`,
    probe: ['-c', 'import com.vmware.vcenter_client'],
  },
  pythonOvh: { name: 'python-ovh', program: `${clientsFolder}python-ovh/bin/python`, probe: ['-c', 'import ovh'] },
  goOvh: { name: 'go-ovh', program: `${clientsFolder}bin/go-ovh`, probe: [] },
  venom: { name: 'Venom', program: `${clientsFolder}bin/venom`, probe: ['version'] },
  rbvmomi: { name: 'rbvmomi', program: 'ruby', probe: ['-e', "require 'rbvmomi'; require 'rbvmomi/pbm'"] },
  vcsim: { name: 'vcsim', program: `${clientsFolder}bin/vcsim`, probe: ['-version'] },
  schemathesis: {
    name: 'schemathesis',
    program: `${clientsFolder}schemathesis/bin/schemathesis`,
    probe: ['--version'],
  },
  // Debian's
  chromium: { name: 'Chromium', program: '/usr/bin/chromium', probe: ['--version'] },
  curl: { name: 'curl', program: 'curl', probe: ['--version'] },
} satisfies Record<string, ForeignClient>;

/** The console script of PyKMIP's own server. */
export const pykmipServer = `${clientsFolder}venv/bin/pykmip-server`;

/**
 * Whether the tests of a file must be skipped because its client is absent; says so on standard error.
 * Under continuous integration (CI is set) an absent client is an error, thrown here.
 */
export function isAbsent(client: ForeignClient): boolean {
  if (works(client)) return false;
  const line = `${client.name} is not installed, run npm run interop:install`;
  if (process.env.CI) throw new Error(line);
  console.warn(`SKIPPED: ${line}`);
  return true;
}

function works({ program, probe, env }: ForeignClient): boolean {
  if (program.includes('/')) {
    try {
      accessSync(program, constants.X_OK);
    } catch {
      return false;
    }
  }
  return spawnSync(program, probe, { stdio: 'ignore', env: { ...process.env, ...env } }).status === 0;
}
