// Installs the foreign clients that the interop tests exercise into .interop/ at the root of the repository:
// pyVmomi and PyKMIP in a Python virtual environment, govc and the two kmip-go from the Go module proxy. What is there already is left
// alone.
//
//   node test/interop/install.ts

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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
    needs: [
      { command: ['python3', '--version'], debianPackage: 'python3' },
      { command: ['python3', '-c', 'import ensurepip, venv'], debianPackage: 'python3-venv' },
    ],
    install: () => {
      rmSync(venv, { recursive: true, force: true });
      run('python3', ['-m', 'venv', venv]);
      const quiet = ['--disable-pip-version-check', '--no-input', '--quiet'];
      run(`${venv}/bin/python`, ['-m', 'pip', 'install', ...quiet, '--requirement', `${here}python/requirements.txt`]);
    },
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

/** Builds the program of a folder beside this file. */
function goBuild(folder: string): void {
  const flags = ['-C', here + folder, 'build', '-trimpath', '-buildvcs=false', '-mod=readonly'];
  run('go', [...flags, '-o', `${clientsFolder}bin/${folder}`, '.']);
}

function run(program: string, args: string[]): void {
  const { status, error } = spawnSync(program, args, { stdio: ['ignore', 'inherit', 'inherit'] });
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
