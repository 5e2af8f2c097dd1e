import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';

const bin = fileURLToPath(new URL('../../bin/keyrig.js', import.meta.url));

/** What a command printed and how it ended. */
export interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface KeyrigOptions {
  /** Where it runs; the workshop's folder when absent. */
  folder?: string;
  environment?: Record<string, string>;
  /** Given everything printed on standard output so far, and the process's id. */
  onOutput?: (stdout: string, pid: number) => void;
  /** Standard output is closed on our side once this text has come. */
  closeAfter?: string;
}

/** A folder of its own for the tests of a file; removed after them. */
export class Workshop {
  readonly folder = mkdtempSync(join(tmpdir(), 'keyrig-test-'));

  constructor() {
    afterAll(() => rmSync(this.folder, { recursive: true }));
  }

  /** Writes a file and gives its path. */
  file(name: string, ...lines: string[]): string {
    const path = join(this.folder, name);
    writeFileSync(path, `${lines.join('\n')}\n`);
    return path;
  }

  /** Runs a command line to its end. */
  keyrig(
    args: string[],
    { folder = this.folder, environment, onOutput, closeAfter }: KeyrigOptions = {},
  ): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [bin, ...args], {
        cwd: folder,
        env: { ...process.env, ...environment },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let stdout = '';
      let stderr = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        stdout += text;
        onOutput?.(stdout, child.pid!);
        if (closeAfter !== undefined && stdout.includes(closeAfter)) child.stdout.destroy();
      });
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        stderr += text;
      });
      child.on('error', reject);
      child.on('close', (code) => resolve({ code, stdout, stderr }));
    });
  }
}
