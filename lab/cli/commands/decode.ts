import { type MessageOutput, withMessageOutput } from '../message-options.ts';
import { command, type DefineCommand } from './command.ts';

/** `keyrig decode [message]` */
export const decodeCommand: DefineCommand = () =>
  withMessageOutput(
    command('decode', 'print a KMIP message; key material and passwords are hidden unless --reveal').argument(
      '[message]',
      'hexadecimal text, KMIP XML or JSON, or a file with one of these or raw bytes (default: standard input)',
    ),
  ).action(async (message: string | undefined, output: MessageOutput) => {
    const { readMessage, renderMessage } = await import('../message.ts');
    console.log(renderMessage(await readMessage(message), output));
  });
