import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import type { ReadyLine } from '../../lab/index.ts';
import { clients, type ForeignClient, root } from './clients.ts';

/** The command line, run from the sources. */
export const keyrig = `${root}bin/keyrig.js`;

/** ms after which a lab hangs: it takes a hundredth of them, but nothing that it could wait for is over by then, however busy the machine is. */
const stopLimitMs = 20_000;

/** `keyrig up --json` as a process of its own. */
export interface LabProcess {
  ready: ReadyLine;
  /** Everything that it has printed so far. */
  output: { stdout: string; stderr: string };
  /** Sends SIGTERM; throws when the lab does not end by that, or does not exit with 0. */
  stop: () => Promise<void>;
}

/** An entry of the lab's timeline, as the control API gives it. */
export interface JournalLine {
  seq: number;
  plane: string;
  event: string;
  level?: string;
  text?: string;
  data?: Record<string, unknown>;
}

/** What a program printed and how it ended; `code` is null when a signal ended it. */
export interface Run {
  code: number | null;
  stdout: string;
  stderr: string;
}

/**
 * Starts a lab and waits for its ready line. `args` go to `keyrig up`: a scenario file, options; `program` is another keyrig.
 * Throws, with what it wrote to standard error, when the lab ends before it is ready.
 */
export async function startLab(args: string[] = [], program = keyrig): Promise<LabProcess> {
  const child = spawn(process.execPath, [program, 'up', '--ports', 'auto', '--json', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output.stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output.stderr += text;
  });
  const first = once(createInterface(child.stdout), 'line').then(([line]) => String(line));
  const ended = once(child, 'close').then(([code]) => {
    throw new Error(`keyrig up ended with ${code} before it was ready\n${output.stderr}`);
  });
  const line = await Promise.race([first, ended]);
  ended.catch(() => {});
  return { ready: JSON.parse(line) as ReadyLine, output, stop: () => stop(child) };
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) throw new Error(`the lab had already ended with ${child.exitCode}`);
  const exited = once(child, 'exit').then(([code]) => code as number | null);
  child.kill('SIGTERM');
  const late = new AbortController();
  const code = await Promise.race([exited, delay(stopLimitMs, 'late' as const, { signal: late.signal })]);
  late.abort();
  if (code === 'late') {
    child.kill('SIGKILL');
    throw new Error(`the lab was still running ${stopLimitMs} ms after SIGTERM`);
  }
  if (code !== 0) throw new Error(`the lab ended with ${code} after SIGTERM`);
}

/** Runs a program to its end; an exit code other than 0 is a result, not an error. */
export function run(
  program: string,
  args: string[],
  options: { env?: NodeJS.ProcessEnv; input?: string; cwd?: string } = {},
): Promise<Run> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, ...options.env };
    const child = execFile(
      program,
      args,
      { env, cwd: options.cwd, maxBuffer: 16 * 1024 * 1024 },
      (error, stdout, stderr) => {
        if (error && typeof error.code === 'string') reject(error);
        else resolve({ code: child.exitCode, stdout, stderr });
      },
    );
    // A program that ends without reading its input is judged by its exit code.
    child.stdin?.on('error', () => {}).end(options.input);
  });
}

/** The lab's whole timeline, from its control API. */
export async function controlJournal(lab: LabProcess): Promise<JournalLine[]> {
  const answer = await fetch(`${lab.ready.control.url}/journal?limit=10000`);
  const { entries } = (await answer.json()) as { entries: JournalLine[] };
  return entries;
}

/** Runs a script with the Python that has the clients; `client` says which release of one, when there are several. */
export function runPython(
  script: string,
  args: string[],
  input: string,
  client: ForeignClient = clients.pyvmomi,
): Promise<Run> {
  return run(client.program, [script, ...args], { input, env: client.env });
}

/** Runs a `keyrig` command to its end. */
export function runKeyrig(...args: string[]): Promise<Run> {
  return run(process.execPath, [keyrig, ...args]);
}
