// Installs the foreign clients that the interop tests exercise into .interop/ at the root of the repository: pyVmomi and PyKMIP, and
// Ansible, VMware's SDK and schemathesis, each in a Python virtual environment, earlier releases of pyVmomi beside them (one of them as Debian has it),
// govc and the two kmip-go from the Go module proxy, OVHcloud's clients from where each is published. What is there already is left alone.
//
//   node test/interop/install.ts

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { clientsFolder } from './clients.ts';

const here = fileURLToPath(new URL('./', import.meta.url));

/** A part of the installation; it is made again when a pin changes. */
interface Part {
  name: string;
  /** Files that pin it. */
  pins: string[];
  /** A command that must succeed first, and the Debian package to install when it does not. */
  needs: { command: string[]; debianPackage: string }[];
  install: () => void;
}

const venv = `${clientsFolder}venv`;
const quiet = ['--disable-pip-version-check', '--no-input', '--quiet', '--root-user-action=ignore'];
const pythonNeeds: Part['needs'] = [
  { command: ['python3', '--version'], debianPackage: 'python3' },
  { command: ['python3', '-c', 'import ensurepip, venv'], debianPackage: 'python3-venv' },
];

const parts: Part[] = [
  {
    name: 'openssl',
    pins: [],
    needs: [{ command: ['openssl', 'version'], debianPackage: 'openssl' }],
    install: () => {},
  },
  {
    name: 'pyVmomi and PyKMIP',
    pins: ['python/requirements.txt'],
    needs: pythonNeeds,
    install: () => virtualEnvironment(venv, 'python/requirements.txt'),
  },
  {
    name: 'pyVmomi of 7.0 and 8.0',
    pins: ['python/requirements.txt', 'python/earlier-releases.txt'],
    needs: pythonNeeds,
    install: () => {
      for (const pinned of pinsIn('python/earlier-releases.txt')) {
        const target = clientsFolder + pinned.replace('==', '-');
        rmSync(target, { recursive: true, force: true });
        run(`${venv}/bin/python`, ['-m', 'pip', 'install', ...quiet, '--no-deps', '--target', target, pinned]);
      }
    },
  },
  {
    name: 'pyVmomi of Debian',
    pins: ['python/debian.txt'],
    needs: [
      { command: ['apt-get', '--version'], debianPackage: 'apt' },
      { command: ['dpkg-deb', '--version'], debianPackage: 'dpkg' },
    ],
    install: () => {
      const folder = `${clientsFolder}debian`;
      rmSync(folder, { recursive: true, force: true });
      for (const pinned of pinsIn('python/debian.txt')) unpackDebian(pinned, folder);
    },
  },
  {
    name: 'Ansible',
    pins: ['ansible/requirements.txt'],
    needs: pythonNeeds,
    install: () => virtualEnvironment(`${clientsFolder}ansible`, 'ansible/requirements.txt'),
  },
  {
    name: 'vsphere-sdk',
    pins: ['python/vsphere-sdk.txt'],
    needs: pythonNeeds,
    install: () => virtualEnvironment(`${clientsFolder}vsphere-sdk`, 'python/vsphere-sdk.txt'),
  },
  {
    name: 'schemathesis',
    pins: ['python/schemathesis.txt'],
    needs: pythonNeeds,
    install: () => virtualEnvironment(`${clientsFolder}schemathesis`, 'python/schemathesis.txt'),
  },
  {
    name: 'govc',
    pins: ['govc/go.mod', 'govc/go.sum', 'govc/main.go'],
    needs: [{ command: ['go', 'version'], debianPackage: 'golang-go' }],
    install: () => goBuild('govc'),
  },
  {
    name: 'kmip-go',
    pins: ['go.mod', 'go.sum', 'main.go', 'life.go', 'attributes.go', 'cryptography.go', 'objects.go', 'https.go'].map(
      (file) => `kmip-go/${file}`,
    ),
    needs: [{ command: ['go', 'version'], debianPackage: 'golang-go' }],
    install: () => goBuild('kmip-go'),
  },
  {
    name: 'thales-kmip-go',
    pins: ['thales-kmip-go/go.mod', 'thales-kmip-go/go.sum', 'thales-kmip-go/main.go'],
    needs: [{ command: ['go', 'version'], debianPackage: 'golang-go' }],
    install: () => goBuild('thales-kmip-go'),
  },
  {
    name: 'vcsim',
    pins: ['go.mod', 'go.sum', 'main.go', 'load.go'].map((file) => `../../bench/vcsim/${file}`),
    needs: [{ command: ['go', 'version'], debianPackage: 'golang-go' }],
    install: () => goBuild('../../bench/vcsim', 'vcsim'),
  },
  {
    name: 'ovh of npm',
    pins: ['node-ovh-2/package.json', 'node-ovh-2/package-lock.json'],
    needs: [{ command: ['npm', '--version'], debianPackage: 'npm' }],
    install: () => npmPackages('node-ovh-2'),
  },
  {
    name: 'python-ovh',
    pins: ['python/ovh.txt'],
    needs: pythonNeeds,
    install: () => virtualEnvironment(`${clientsFolder}python-ovh`, 'python/ovh.txt'),
  },
  {
    name: 'go-ovh',
    pins: ['go.mod', 'go.sum', 'main.go', 'kms.go', 'refused.go', 'credential.go'].map(
      (file) => `../../docs/clients/go-ovh/${file}`,
    ),
    needs: [{ command: ['go', 'version'], debianPackage: 'golang-go' }],
    install: () => goBuild('../../docs/clients/go-ovh', 'go-ovh'),
  },
  {
    name: 'venom',
    pins: ['venom/go.mod', 'venom/go.sum'],
    needs: [{ command: ['go', 'version'], debianPackage: 'golang-go' }],
    install: () => goBuild('venom', 'venom', 'github.com/ovh/venom/cmd/venom'),
  },
  {
    name: 'rbvmomi',
    pins: [],
    needs: [{ command: ['ruby', '-e', "require 'rbvmomi'"], debianPackage: 'ruby-rbvmomi' }],
    install: () => {},
  },
  {
    name: 'curl',
    pins: [],
    needs: [{ command: ['curl', '--version'], debianPackage: 'curl' }],
    install: () => {},
  },
];

let failed = false;
mkdirSync(clientsFolder, { recursive: true });
for (const part of parts) {
  try {
    ensure(part);
  } catch (error) {
    failed = true;
    console.error(`${part.name}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
process.exitCode = failed ? 1 : 0;

function ensure({ name, pins, needs, install }: Part): void {
  for (const { command, debianPackage } of needs) {
    const [program = '', ...args] = command;
    if (spawnSync(program, args, { stdio: 'ignore' }).status === 0) continue;
    throw new Error(`"${command.join(' ')}" does not work; install the Debian package ${debianPackage}`);
  }
  const stamp = `${clientsFolder}${name.replaceAll(' ', '-')}.stamp`;
  const wanted = digest(pins);
  if (pins.length === 0 || read(stamp) === wanted) {
    console.log(`${name}: is there`);
    return;
  }
  console.log(`${name}: installing …`);
  install();
  writeFileSync(stamp, wanted);
  console.log(`${name}: installed`);
}

/** Makes a Python virtual environment anew with what a file beside this one pins. */
function virtualEnvironment(folder: string, requirements: string): void {
  rmSync(folder, { recursive: true, force: true });
  run('python3', ['-m', 'venv', folder]);
  run(`${folder}/bin/python`, ['-m', 'pip', 'install', ...quiet, '--no-compile', '--requirement', here + requirements]);
}

/** The lines of a file of pins that are not comments. */
function pinsIn(file: string): string[] {
  return readFileSync(here + file, 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
}

/**
 * Unpacks a Debian package ("name=version") into a folder, which needs no root. As root the package lists are fetched first when the
 * machine has none that know it; apt checks the signatures.
 */
function unpackDebian(pinned: string, folder: string): void {
  const downloads = mkdtempSync(join(tmpdir(), 'keyrig-debian-'));
  try {
    // The folder is this user's alone, so nobody else, as apt would have it, can write there.
    const download = () => run('apt-get', ['-q', '-o', 'APT::Sandbox::User=root', 'download', pinned], downloads);
    try {
      download();
    } catch (error) {
      if (process.getuid?.() !== 0) throw error;
      run('apt-get', ['-q', 'update']);
      download();
    }
    const [archive] = readdirSync(downloads);
    run('dpkg-deb', ['--extract', join(downloads, archive!), folder]);
  } finally {
    rmSync(downloads, { recursive: true, force: true });
  }
}

/** Installs what the lock file of a folder beside this one pins, without running anything of it. */
function npmPackages(folder: string): void {
  const target = clientsFolder + folder;
  rmSync(target, { recursive: true, force: true });
  cpSync(here + folder, target, { recursive: true });
  run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], target);
}

/** Builds a program with the module of a folder beside this file: the folder's own, or a package of a module that it pins. */
function goBuild(folder: string, program = folder, what = '.'): void {
  const flags = ['-C', here + folder, 'build', '-trimpath', '-buildvcs=false', '-mod=readonly'];
  // A C compiler is not asked for.
  run('go', [...flags, '-o', `${clientsFolder}bin/${program}`, what], undefined, { CGO_ENABLED: '0' });
}

function run(program: string, args: string[], cwd?: string, variables: NodeJS.ProcessEnv = {}): void {
  const env = { ...process.env, ...variables };
  const { status, error } = spawnSync(program, args, { cwd, env, stdio: ['ignore', 'inherit', 'inherit'] });
  if (error) throw error;
  if (status !== 0) throw new Error(`${program} ended with exit code ${status}`);
}

function digest(files: string[]): string {
  const hash = createHash('sha256');
  for (const file of files) hash.update(readFileSync(here + file));
  return hash.digest('hex');
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
