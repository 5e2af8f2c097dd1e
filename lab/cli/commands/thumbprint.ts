import { createRealClock, fingerprint, KeyrigError } from '../../../core/index.ts';
import { command, type DefineCommand, option } from './command.ts';

/** `host:port` or `[v6]:port`; the port defaults to KMIP's. Throws ERR_OPTION. */
export function parseTarget(target: string): { host: string; port: number } {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]]+))(?::(\d{1,5}))?$/.exec(target);
  const port = Number(match?.[3] ?? 5696);
  const host = match?.[1] ?? match?.[2];
  if (!host || port < 1 || port > 65_535) {
    throw new KeyrigError(
      'ERR_OPTION',
      `"${target}" is not an address; expected host:port, for example 127.0.0.1:5696`,
    );
  }
  return { host, port };
}

/** `keyrig thumbprint host:port` */
export const thumbprintCommand: DefineCommand = () =>
  command('thumbprint', "print the SHA-1 and SHA-256 fingerprints of a TLS server's certificate")
    .argument('<host:port>')
    .addOption(option('--timeout <seconds>', 'give up after this time').default('10'))
    .action(async (target: string, options: { timeout: string }) => {
      const timeoutMs = Number(options.timeout) * 1_000;
      if (!(timeoutMs > 0)) throw new KeyrigError('ERR_OPTION', `"${options.timeout}" is not a number of seconds`);
      const { probeCertificate } = await import('../../../kmip/index.ts');
      const { certificate } = await probeCertificate({ ...parseTarget(target), clock: createRealClock(), timeoutMs });
      // The lines of `openssl x509 -fingerprint`; it spells the label of SHA-256 in lower case (observed).
      console.log(`SHA1 Fingerprint=${fingerprint(certificate, 'sha1')}`);
      console.log(`sha256 Fingerprint=${fingerprint(certificate, 'sha256')}`);
    });
