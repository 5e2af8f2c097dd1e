import { writeFileSync } from 'node:fs';
import { createRealClock, KeyrigError } from '../../../core/index.ts';
import type { ConformanceTarget } from '../../conformance/index.ts';
import { exitCodes } from '../exit-codes.ts';
import { type KmsOptions, secondsOf, tlsOf, withKmsOptions } from '../kms-options.ts';
import { command, type DefineCommand, option } from './command.ts';
import { parseTarget } from './thumbprint.ts';

interface CheckKmsOptions extends KmsOptions {
  oasis?: string;
  httpsPort?: string;
  grep?: string;
  junit?: string;
  wait: string;
}

/** `keyrig check-kms --oasis FOLDER host:port` */
export const checkKmsCommand: DefineCommand = (exit) =>
  withKmsOptions(
    command(
      'check-kms',
      'run the official KMIP test cases against any server; exit 0 when all passed, 1 when one failed',
    )
      .argument('<host:port>', 'the KMS')
      .addOption(option('--oasis <folder>', 'the folder (or file) with the OASIS test cases in KMIP XML')),
    '30',
  )
    .addOption(option('--https-port <port>', 'of KMIP over HTTPS, for the cases about XML and JSON'))
    .addOption(option('--grep <text>', 'only cases with this text in their path'))
    .addOption(option('--junit <file>', 'write the results as JUnit XML'))
    .addOption(option('--wait <seconds>', 'wait at most so long for a state that needs time').default('5'))
    .action(async (address: string, options: CheckKmsOptions) => {
      if (options.oasis === undefined) {
        throw new KeyrigError('ERR_OPTION', 'check-kms can run the official test cases so far: give --oasis <folder>');
      }
      const target = targetOf(address, options);
      const { ConformanceReport, findCases, runCases, toJunit } = await import('../../conformance/index.ts');
      const files = findCases([options.oasis], options.grep);
      await reach(target);
      const report = new ConformanceReport(process.stdout);
      const results = await runCases(
        files,
        async () => ({ target }),
        (result) => report.result(result),
      );
      report.table(results);
      if (options.junit !== undefined) writeJunit(options.junit, toJunit(results));
      if (results.some(({ status }) => status === 'failed')) exit(exitCodes.failed);
    });

function targetOf(address: string, options: CheckKmsOptions): ConformanceTarget {
  const { username, password = '', httpsPort } = options;
  const target = parseTarget(address);
  return {
    ...target,
    ...(httpsPort !== undefined && { httpsPort: parseTarget(`${target.host}:${httpsPort}`).port }),
    tls: tlsOf(options),
    credential: username === undefined ? undefined : { username, password },
    maxWaitSeconds: secondsOf(options.wait),
    timeoutMs: secondsOf(options.timeout) * 1_000,
  };
}

/** One connection before all cases: a server that is not there is told once. @throws KmipClientError */
async function reach({ host, port, tls, timeoutMs }: ConformanceTarget): Promise<void> {
  const { connectKmip } = await import('../../../kmip/index.ts');
  const connection = await connectKmip({ host, port, tls, timeoutMs, clock: createRealClock() });
  await connection.close();
}

function writeJunit(path: string, xml: string): void {
  try {
    writeFileSync(path, xml);
  } catch (cause) {
    throw new KeyrigError('ERR_OPTION', `cannot write ${path}`, { cause });
  }
}
