import { existsSync, readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { KeyrigError } from '../../../core/index.ts';
import { command, type DefineCommand, option } from './command.ts';

interface DecodeOptions {
  xml?: boolean;
  json?: boolean;
  reveal?: boolean;
}

/** `keyrig decode [hex or file]` */
export const decodeCommand: DefineCommand = () =>
  command('decode', 'print a KMIP message; key material and passwords are hidden unless --reveal')
    .argument('[message]', 'hexadecimal text, or a file with hexadecimal text or raw bytes (default: standard input)')
    .addOption(option('--xml', 'as KMIP XML'))
    .addOption(option('--json', 'as KMIP JSON'))
    .addOption(option('--reveal', 'show key material and passwords'))
    .action(async (message: string | undefined, { xml, json, reveal }: DecodeOptions) => {
      const { decode, toJson, toText, toXml } = await import('../../../kmip/index.ts');
      const bytes = await bytesOf(message);
      const item = orExplain(bytes, () => decode(bytes));
      if (xml) console.log(toXml(item, { reveal }));
      else if (json) console.log(JSON.stringify(toJson(item, { reveal }), undefined, 2));
      else console.log(toText(item, { reveal }));
    });

async function bytesOf(message: string | undefined): Promise<Buffer> {
  if (message === undefined) return fromText(await text(process.stdin));
  if (!existsSync(message)) return fromText(message);
  const content = readFileSync(message);
  return isHex(content.toString('latin1')) ? fromText(content.toString('latin1')) : content;
}

function fromText(written: string): Buffer {
  if (!isHex(written)) throw new KeyrigError('ERR_OPTION', 'this is neither hexadecimal text nor the name of a file');
  const digits = written.replace(/0x|[\s:]/g, '');
  if (digits.length % 2 === 1)
    throw new KeyrigError('ERR_OPTION', `${digits.length} hexadecimal digits are not whole bytes`);
  return Buffer.from(digits, 'hex');
}

function isHex(written: string): boolean {
  return /^(?:0x)?[0-9a-fA-F\s:]+$/.test(written);
}

function orExplain<T>(bytes: Buffer, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    throw new KeyrigError('ERR_OPTION', `these ${bytes.length} bytes are not a KMIP message`, { cause });
  }
}
