import { readFile } from 'node:fs/promises';
import { Option } from 'commander';
import { KeyrigError } from '../../../core/index.ts';
import { environmentOf, venomVariables } from '../../environment.ts';
import type { ReadyLine } from '../../ready.ts';
import { defaultPorts } from '../../world/ports.ts';
import { command, type DefineCommand, option } from './command.ts';

const formats = ['dotenv', 'json', 'venom'] as const;
type Format = (typeof formats)[number];

/** How long the control API may take to answer (ms). */
const answerLimitMs = 5_000;

/** `keyrig env [--format dotenv|json|venom]` */
export const envCommand: DefineCommand = () =>
  command('env', 'print the variables that tell clients of a running lab: its addresses, users and secrets')
    .addOption(
      option('--control-url <url>', "the lab's control API").default(`http://127.0.0.1:${defaultPorts.control}`),
    )
    .addOption(
      new Option('--format <format>', 'dotenv (for shells too), json, or a file of variables for Venom')
        .choices([...formats])
        .default('dotenv'),
    )
    .action(async ({ controlUrl, format }: { controlUrl: string; format: Format }) => {
      process.stdout.write(await render[format](await readyLineAt(controlUrl)));
    });

const render: Record<Format, (ready: ReadyLine) => string | Promise<string>> = {
  dotenv: (ready) =>
    Object.entries(environmentOf(ready))
      .map(([name, value]) => `${name}=${quoted(value)}\n`)
      .join(''),
  json: (ready) => `${JSON.stringify(environmentOf(ready), null, 2)}\n`,
  venom: async (ready) => {
    const [{ stringify }, caPem] = await Promise.all([import('yaml'), readFile(ready.pki.ca, 'utf8')]);
    return stringify(venomVariables(ready, caPem));
  },
};

/** A value as shells and readers of .env files take it: quoted only where it must be. */
function quoted(value: string): string {
  if (/^[\w./:@%+,=-]*$/.test(value)) return value;
  return value.includes("'") ? `"${value.replaceAll(/["\\$`]/g, '\\$&')}"` : `'${value}'`;
}

/**
 * The ready line of a running lab. The control API tells no secrets; it says in which file they are, and the system lets only the
 * lab's own user read that.
 * @throws {KeyrigError} ERR_NOTHING_FOUND when no lab answers there, or its file cannot be read
 */
async function readyLineAt(controlUrl: string): Promise<ReadyLine> {
  if (!URL.canParse('ready', controlUrl)) {
    throw new KeyrigError('ERR_OPTION', `"${controlUrl}" is not a URL; expected http://host:port`);
  }
  try {
    const answer = await fetch(new URL('ready', controlUrl), { signal: AbortSignal.timeout(answerLimitMs) });
    const { file, message } = (await answer.json()) as { file?: string; message?: string };
    if (file === undefined) throw new Error(message ?? `it answers ${answer.status}`);
    return JSON.parse(await readFile(file, 'utf8')) as ReadyLine;
  } catch (cause) {
    throw new KeyrigError('ERR_NOTHING_FOUND', `there is no lab at ${controlUrl} that this user could use`, { cause });
  }
}
