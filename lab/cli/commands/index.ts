import { checkKmsCommand } from './check-kms.ts';
import type { DefineCommand } from './command.ts';
import { decodeCommand } from './decode.ts';
import { envCommand } from './env.ts';
import { execCommand } from './exec.ts';
import { faultsCommand } from './faults.ts';
import { fmtCommand } from './fmt.ts';
import { initCommand } from './init.ts';
import { kmipCommand } from './kmip.ts';
import { mergeCommand } from './merge.ts';
import { runCommand } from './run.ts';
import { schemaCommand } from './schema.ts';
import { thumbprintCommand } from './thumbprint.ts';
import { upCommand } from './up.ts';
import { validateCommand } from './validate.ts';

/** The commands in the order of the help text. */
export const commands: readonly DefineCommand[] = [
  runCommand,
  mergeCommand,
  upCommand,
  execCommand,
  envCommand,
  initCommand,
  validateCommand,
  fmtCommand,
  schemaCommand,
  faultsCommand,
  thumbprintCommand,
  decodeCommand,
  kmipCommand,
  checkKmsCommand,
];
