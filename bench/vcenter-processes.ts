import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { clients } from '../test/interop/clients.ts';
import { startLab } from '../test/interop/lab-process.ts';
import { publishedKeyrig } from './published.ts';
import type { SoapTarget } from './soap-client.ts';

/** Who logs in to the mock of `vcenter-child.ts`. */
export const benchUser = { username: 'bench@vsphere.local', password: 'bench' };

/** A vCenter that runs as a process of its own. */
export interface VcenterProcess {
  readonly target: SoapTarget;
  /** ms from the start of the process until it was ready. */
  readonly readyAfter: number;
  /** Resident memory in bytes now; undefined where the system does not tell. */
  memory(): number | undefined;
  stop(): Promise<void>;
}

/** A whole lab, `keyrig up` of the published package, whose vCenter has so many powered-on VMs. */
export async function startKeyrig(vms: number): Promise<VcenterProcess> {
  const folder = mkdtempSync(join(tmpdir(), 'keyrig-bench-'));
  const file = join(folder, 'vms.scenario.yaml');
  writeFileSync(
    file,
    `scenario: 1\nname: many VMs\nworld:\n  vcenter:\n    vms:\n      - { name: 'vm-#', count: ${vms}, poweredOn: true }\n`,
  );
  const program = await publishedKeyrig();
  const begin = performance.now();
  const lab = await startLab([file], program);
  const readyAfter = performance.now() - begin;
  const { pid, vcenter } = lab.ready;
  const { hostname, port } = new URL(vcenter.url);
  return {
    target: { host: hostname, port: Number(port), username: vcenter.username, password: vcenter.password },
    readyAfter,
    memory: () => residentMemory(pid),
    stop: async () => {
      await lab.stop();
      rmSync(folder, { recursive: true });
    },
  };
}

/** govmomi's simulator with so many powered-on VMs; see `vcsim/main.go`. */
export async function startVcsim(vms: number): Promise<VcenterProcess> {
  const begin = performance.now();
  const child = spawn(clients.vcsim.program, ['-vms', String(vms)], { stdio: ['pipe', 'pipe', 'ignore'] });
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  const readyAfter = performance.now() - begin;
  const { host, port } = JSON.parse(line) as { host: string; port: string };
  return {
    // What vcsim accepts; its own defaults.
    target: { host, port: Number(port), username: 'user', password: 'pass' },
    readyAfter,
    memory: () => residentMemory(child.pid),
    stop: async () => {
      const exited = once(child, 'exit');
      child.stdin.end();
      await exited;
    },
  };
}

/** A vCenter mock that changes a VM on demand. */
export async function startChanging(
  vms: number,
): Promise<{ target: SoapTarget; change: () => Promise<number>; stop: () => void }> {
  const child: ChildProcess = fork(fileURLToPath(new URL('vcenter-child.ts', import.meta.url)));
  child.send(vms);
  const [port] = (await once(child, 'message')) as [number];
  return {
    target: { host: '127.0.0.1', port, ...benchUser },
    change: async () => {
      const changed = once(child, 'message');
      child.send('change');
      const [time] = (await changed) as [number];
      return time;
    },
    stop: () => child.disconnect(),
  };
}

function residentMemory(pid: number | undefined): number | undefined {
  try {
    const kibibytes = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kibibytes === undefined ? undefined : Number(kibibytes) * 1_024;
  } catch {
    return undefined;
  }
}
