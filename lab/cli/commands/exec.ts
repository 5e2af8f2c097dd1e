import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { KeyrigError } from '../../../core/index.ts';
import { environmentOf } from '../../environment.ts';
import type { ExitCode } from '../exit-codes.ts';
import type { ScenarioOptions } from '../scenario-options.ts';
import { type LabOptions, type StartedLab, withLab, withLabOptions } from '../with-lab.ts';
import { command, type DefineCommand } from './command.ts';

/** `keyrig exec [file] -- command…` */
export const execCommand: DefineCommand = (exit, foreign) =>
  withLabOptions(
    command(
      'exec',
      "start a lab, run a command with the lab's environment variables, stop it; exits as the command does",
    )
      .usage('[options] [file] -- <command> [argument…]')
      .argument('[file]', 'a scenario file whose world and faults are used'),
    { ports: 'auto', logLevel: 'warn' },
  ).action(async (file: string | undefined, options: LabOptions & ScenarioOptions) => {
    if (foreign.length === 0) throw new KeyrigError('ERR_OPTION', 'no command follows "--"');
    const code = await withLab(file, options, exit, (started) => runIn(started, foreign));
    // The command's own codes are passed on, whatever they mean to it.
    if (code !== undefined && code !== 0) exit(code as ExitCode);
  });

/** Runs a command in the environment of a lab; signals to keyrig reach it. 128 + n when signal n ended it, as in a shell. */
function runIn({ ready, ended }: StartedLab, [program = '', ...args]: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: 'inherit', env: { ...process.env, ...environmentOf(ready) } });
    child.once('error', (cause) => {
      reject(new KeyrigError('ERR_OPTION', `"${program}" cannot be run`, { cause }));
    });
    child.once('exit', (code, signal) => resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)));
    void ended.then((signal) => child.kill(signal));
  });
}
