import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import type { Readable } from 'node:stream';
import { createRealClock, KeyrigError } from '../../core/index.ts';

/** A program to run, without a shell. */
export interface Command {
  program: string;
  args: readonly string[];
  environment: Readonly<Record<string, string>>;
  /** Real time it may take (ms). */
  timeoutMs: number;
}

export interface CommandOutcome {
  /** 128 + n when signal n ended it, as in a shell. */
  exitCode: number;
  stdout: string;
  stderr: string;
}

/** What a command prints beyond this is not kept (bytes of each stream). */
const largestOutput = 256 * 1024;

/** Runs a program in the working directory, to its end. Throws ERR_STEP when it cannot be run or its time is up. */
export function runCommand({ program, args, environment, timeoutMs }: Command): Promise<CommandOutcome> {
  return new Promise((resolve, reject) => {
    // A group of its own, so that what it has started can be ended with it.
    const child = spawn(program, args, {
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    const [stdout, stderr] = [keep(child.stdout), keep(child.stderr)];
    const timer = createRealClock().setTimeout(() => {
      reject(new KeyrigError('ERR_STEP', `"${program}" was still running after ${timeoutMs} ms`));
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    }, timeoutMs);
    child.once('error', (cause) => {
      timer.clear();
      reject(new KeyrigError('ERR_STEP', `"${program}" cannot be run`, { cause }));
    });
    child.once('close', (code, signal) => {
      timer.clear();
      resolve({ exitCode: code ?? 128 + (signal ? constants.signals[signal] : 0), stdout: stdout(), stderr: stderr() });
    });
  });
}

function keep(stream: Readable): () => string {
  const chunks: Buffer[] = [];
  let size = 0;
  stream.on('data', (chunk: Buffer) => {
    if (size < largestOutput) chunks.push(chunk.subarray(0, largestOutput - size));
    size += chunk.length;
  });
  const more = () => (size > largestOutput ? `\n[${size - largestOutput} more bytes were not kept]` : '');
  return () => Buffer.concat(chunks).toString('utf8') + more();
}
