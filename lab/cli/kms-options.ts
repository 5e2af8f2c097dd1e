import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { KeyrigError } from '../../core/index.ts';
import type { KmipTlsOptions } from '../../kmip/index.ts';
import { option } from './commands/command.ts';

/** How a command reaches a KMS, as whom, and how long it waits. */
export interface KmsOptions {
  ca?: string;
  cert?: string;
  key?: string;
  insecure?: boolean;
  username?: string;
  password?: string;
  timeout: string;
}

/** Adds the options of {@link KmsOptions} to a command. */
export function withKmsOptions(command: Command, defaultTimeout: string): Command {
  return command
    .addOption(option('--ca <file>', "PEM of the server's certificate authority"))
    .addOption(option('--cert <file>', 'PEM of the client certificate'))
    .addOption(option('--key <file>', 'PEM of its private key'))
    .addOption(option('--insecure', "do not check the server's certificate"))
    .addOption(option('--username <name>', 'Username of a credential'))
    .addOption(option('--password <password>', 'Password of a credential; better through KEYRIG_PASSWORD'))
    .addOption(
      option('--timeout <seconds>', 'give up a connection or an answer after this time').default(defaultTimeout),
    );
}

/** The TLS side of the options. Throws ERR_FILE_NOT_FOUND. */
export function tlsOf({ ca, cert, key, insecure }: KmsOptions): KmipTlsOptions {
  return {
    ca: fileOf(ca),
    cert: fileOf(cert),
    key: fileOf(key),
    ...(insecure && { checkServer: () => undefined }),
  };
}

function fileOf(path: string | undefined): string | undefined {
  if (path === undefined) return undefined;
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new KeyrigError('ERR_FILE_NOT_FOUND', `cannot read ${path}`, { cause });
  }
}

/** A number of seconds from an option. Throws ERR_OPTION. */
export function secondsOf(text: string): number {
  const seconds = Number(text);
  if (!(seconds > 0)) throw new KeyrigError('ERR_OPTION', `"${text}" is not a number of seconds`);
  return seconds;
}
