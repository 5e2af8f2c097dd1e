import type { Command } from 'commander';
import { createRealClock, type JsonObject } from '../../../core/index.ts';
import type { KmipAccess, KmipUser } from '../../clients/kmip.ts';
import type { KmipTransport } from '../../clients/kmip-message.ts';
import { type KmsOptions, secondsOf, tlsOf, withKmsOptions } from '../kms-options.ts';
import { type MessageOutput, withMessageOutput } from '../message-options.ts';
import { command, type DefineCommand, option } from './command.ts';
import { parseTarget } from './thumbprint.ts';

interface KmipOptions extends KmsOptions {
  server: string;
  protocol: NonNullable<KmipAccess['version']>;
}

const kmipTransports: readonly KmipTransport[] = ['tls', 'https', 'https-xml', 'https-json'];

/** Each operation: its name, arguments, what it does, and the call. */
const operations: [
  name: string,
  args: string[],
  about: string,
  run: (user: KmipUser, args: string[], reveal: boolean) => Promise<JsonObject>,
][] = [
  ['discover', [], 'Discover Versions', (user) => user.discover()],
  ['query', [], 'Query operations, objects and server information', (user) => user.query()],
  ['create', ['[name]'], 'Create an AES-256 key', (user, [name]) => user.create({ name })],
  [
    'get',
    ['<id>'],
    'Get an object; its key material only with --reveal',
    (user, [id = ''], reveal) => user.get(id, reveal),
  ],
  ['locate', ['[name]'], 'Locate objects by name, or all', (user, [name]) => user.locate({ name })],
  ['attributes', ['<id>'], 'Get Attributes', (user, [id = '']) => user.attributes(id)],
  ['activate', ['<id>'], 'Activate', (user, [id = '']) => user.activate(id)],
  [
    'revoke',
    ['<id>', '[reason]'],
    'Revoke, by default for CessationOfOperation',
    (user, [id = '', reason]) => user.revoke(id, reason),
  ],
  ['destroy', ['<id>'], 'Destroy', (user, [id = '']) => user.destroy(id)],
];

/** `keyrig kmip <operation> …` */
export const kmipCommand: DefineCommand = () => {
  const kmip = command('kmip', 'a KMIP client for any server; answers are JSON');
  for (const [name, args, about, run] of operations) {
    const sub = withConnection(command(name, about));
    for (const argument of args) sub.argument(argument);
    if (name === 'get') sub.addOption(option('--reveal', 'show the key material'));
    sub.action(async (...all: unknown[]) => {
      const options = all.at(-2) as KmipOptions & { reveal?: boolean };
      const given = all.slice(0, args.length).filter((argument): argument is string => typeof argument === 'string');
      const { KmipUser } = await import('../../clients/kmip.ts');
      const result = await run(new KmipUser(accessOf(options)), given, options.reveal === true);
      console.log(JSON.stringify(result, undefined, 2));
    });
    kmip.addCommand(sub.exitOverride());
  }
  return kmip.addCommand(sendCommand().exitOverride());
};

/** `keyrig kmip send [message]`: any request, as it is. */
function sendCommand(): Command {
  const send = command('send', 'send a request message and print the answer').argument(
    '[message]',
    'hexadecimal text, KMIP XML or JSON, or a file with one of these or raw bytes (default: standard input)',
  );
  return withMessageOutput(withConnection(send))
    .addOption(option('--over <transport>', 'TTLV over TLS, or POST /kmip').default('tls').choices(kmipTransports))
    .action(async (message: string | undefined, options: KmipOptions & MessageOutput & { over: KmipTransport }) => {
      const { readMessage, renderMessage } = await import('../message.ts');
      const { sendMessage } = await import('../../clients/kmip-message.ts');
      const answer = await sendMessage(accessOf(options), await readMessage(message), options.over);
      console.log(renderMessage(answer, options));
    });
}

function withConnection(sub: Command): Command {
  return withKmsOptions(
    sub.addOption(option('--server <host:port>', 'the KMS').default('127.0.0.1:5696')),
    '10',
  ).addOption(
    option('--protocol <version>', 'KMIP version').default('1.1').choices(['1.0', '1.1', '1.2', '1.3', '1.4']),
  );
}

function accessOf(options: KmipOptions): KmipAccess {
  return {
    ...parseTarget(options.server),
    clock: createRealClock(),
    timeoutMs: secondsOf(options.timeout) * 1_000,
    version: options.protocol,
    username: options.username,
    password: options.password,
    tls: tlsOf(options),
  };
}
