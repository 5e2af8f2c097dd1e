import { KeyPool, KeyrigError } from '../../../core/index.ts';
import type { ReadyLine } from '../../ready.ts';
import { type LogLevel, logJournal, logLevels } from '../../report/log.ts';
import type { Scenario } from '../../scenario/schema.ts';
import { makeKeysAhead } from '../../world/key-roles.ts';
import { defaultPorts, freePorts, listening, type Ports } from '../../world/ports.ts';
import { exitCodes } from '../exit-codes.ts';
import { command, type DefineCommand, option } from './command.ts';

interface UpOptions {
  json?: boolean;
  ports?: string;
  host: string;
  seed?: string;
  pkiDir?: string;
  logLevel: LogLevel;
  kmipPort?: string;
  vcenterPort?: string;
  ovhPort?: string;
  ovhHttpPort?: string;
  controlPort?: string;
}

/** `keyrig up [file]` */
export const upCommand: DefineCommand = (exit) =>
  command('up', 'start the lab and stay up until SIGINT or SIGTERM')
    .argument('[file]', 'a scenario file whose world and faults are used')
    .addOption(option('--json', 'print exactly one line of JSON on standard output when everything is ready'))
    .addOption(
      option('--ports <auto|default>', 'auto takes free ports').default('default').choices(['auto', 'default']),
    )
    .addOption(option('--kmip-port <port>', `default ${defaultPorts.kmip}`))
    .addOption(option('--vcenter-port <port>', `default ${defaultPorts.vcenter}`))
    .addOption(option('--ovh-port <port>', `default ${defaultPorts.ovh}`))
    .addOption(option('--ovh-http-port <port>', `default ${defaultPorts.ovhHttp}`))
    .addOption(option('--control-port <port>', `default ${defaultPorts.control}`))
    .addOption(option('--host <address>', 'address to listen on').default('127.0.0.1'))
    .addOption(option('--seed <seed>', 'draw everything random from this'))
    .addOption(
      option('--log-level <level>', 'what to tell on standard error')
        .default('info')
        .choices([...logLevels]),
    )
    .addOption(option('--pki-dir <folder>', 'write certificates here instead of a temporary folder'))
    .action(async (file: string | undefined, options: UpOptions) => {
      const keys = new KeyPool();
      void makeKeysAhead(keys);
      const ended = untilSignal();
      const scenario = file === undefined ? undefined : await scenarioOf(file);
      if (scenario === null) return exit(exitCodes.usage);
      const ports = portsOf(options);
      const { host } = options;
      const seed = options.seed ?? (scenario?.seed === undefined ? undefined : String(scenario.seed));
      const [{ defaultWorld }, { createLab }, { ControlApi }, { readyLine, writePki }] = await Promise.all([
        import('../../world/default.ts'),
        import('../../lab.ts'),
        import('../../control.ts'),
        import('../../ready.ts'),
      ]);
      const lab = createLab({
        world: scenario ? scenario.world : defaultWorld,
        faults: scenario?.faults,
        seed,
        ports,
        host,
        keys,
      });
      logJournal(lab.runtime.journal, process.stderr, options.logLevel);
      const control = new ControlApi(lab, { host, port: ports.control });
      // The control API is quick: a port that it cannot have is known before anything else is opened.
      let over = false;
      void ended.then(() => {
        over = true;
      });
      const starting = listening(['control'], ports, host, () => control.start()).then(() =>
        over ? undefined : lab.start(),
      );
      let removePki: () => void = () => {};
      try {
        // A signal before everything is up ends the start as well.
        const up = await Promise.race([starting.then(() => true), ended.then(() => false)]);
        if (up) {
          const { files, remove } = writePki(lab, options.pkiDir);
          removePki = remove;
          announce(readyLine(lab, { controlUrl: control.url, pki: files }), options.json === true);
          await ended;
        }
      } finally {
        // Ends a start that waits for a KMS; what the start has opened is closed when it is over.
        await lab.stop();
        await starting.catch(() => {});
        await Promise.all([lab.stop(), control.stop()]);
        removePki();
      }
    });

/** Null when the file has problems; they have been printed. */
async function scenarioOf(file: string): Promise<Scenario | null> {
  const [{ loadScenario }, { formatProblem }] = await Promise.all([
    import('../../scenario/load.ts'),
    import('../../scenario/find.ts'),
  ]);
  const result = loadScenario(file);
  if ('scenario' in result) return result.scenario;
  for (const problem of result.problems) console.error(formatProblem(problem));
  return null;
}

function portsOf(options: UpOptions): Ports {
  const base = options.ports === 'auto' ? freePorts : defaultPorts;
  const port = (text: string | undefined, otherwise: number): number => {
    if (text === undefined) return otherwise;
    const value = Number(text);
    if (Number.isInteger(value) && value >= 0 && value <= 65_535) return value;
    throw new KeyrigError('ERR_OPTION', `"${text}" is not a port; expected a number from 0 (a free one) to 65535`);
  };
  return {
    kmip: port(options.kmipPort, base.kmip),
    vcenter: port(options.vcenterPort, base.vcenter),
    ovh: port(options.ovhPort, base.ovh),
    ovhHttp: port(options.ovhHttpPort, base.ovhHttp),
    control: port(options.controlPort, base.control),
  };
}

function untilSignal(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
}

function announce(line: ReadyLine, json: boolean): void {
  if (json) {
    process.stdout.write(`${JSON.stringify(line)}\n`);
    return;
  }
  const rows: [string, string][] = [
    ['KMS (KMIP)', `${line.kmip.host}:${line.kmip.port}`],
    ...(line.kmip.httpsUrl === undefined ? [] : [['KMIP over HTTPS', line.kmip.httpsUrl] satisfies [string, string]]),
    ['vCenter', `${line.vcenter.url}  user ${line.vcenter.username}  password ${line.vcenter.password}`],
    ['OVHcloud API', `${line.ovh.url} and ${line.ovh.httpUrl}  service ${line.ovh.serviceName}`],
    ['', `application key ${line.ovh.applicationKey}  consumer key ${line.ovh.consumerKey}`],
    ['', `application secret ${line.ovh.applicationSecret}`],
    ['control', line.control.url],
    ['certificates', line.pki.dir],
    ['seed', line.seed],
  ];
  for (const [label, text] of rows) console.log(`${label.padEnd(14)}${text}`);
  console.log('Ready. Ctrl-C ends it.');
}
