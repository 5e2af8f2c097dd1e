import type { Command } from 'commander';
import { KeyPool, KeyrigError } from '../../core/index.ts';
import type { Lab } from '../lab.ts';
import type { ReadyLine } from '../ready.ts';
import { type LogLevel, logJournal, logLevels } from '../report/log.ts';
import { clockFor, seedFor } from '../scenario/clock-and-seed.ts';
import type { LoadOptions } from '../scenario/load.ts';
import type { Scenario } from '../scenario/schema.ts';
import type { LabSnapshot } from '../snapshot.ts';
import { makeKeysAhead } from '../world/key-roles.ts';
import { defaultPorts, freePorts, listening, type Ports } from '../world/ports.ts';
import { option } from './commands/command.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { checkVars, loadOptionsOf, type ScenarioOptions, withScenarioOptions } from './scenario-options.ts';

/** How a command starts a lab. */
export interface LabOptions {
  ports: string;
  host: string;
  seed?: string;
  pkiDir?: string;
  logLevel: LogLevel;
  kmipPort?: string;
  vcenterPort?: string;
  ovhPort?: string;
  ovhHttpPort?: string;
  controlPort?: string;
  /** File in which the lab is kept from one start to the next. */
  state?: string;
  controlToken?: string;
  clock?: string;
}

type AllOptions = LabOptions & ScenarioOptions;

/** Adds the options of {@link LabOptions} to a command. */
export function withLabOptions(command: Command, defaults: { ports: 'auto' | 'default'; logLevel: LogLevel }): Command {
  return withScenarioOptions(command)
    .addOption(
      option('--ports <auto|default>', 'auto takes free ports').default(defaults.ports).choices(['auto', 'default']),
    )
    .addOption(option('--kmip-port <port>', `default ${defaultPorts.kmip}`))
    .addOption(option('--vcenter-port <port>', `default ${defaultPorts.vcenter}`))
    .addOption(option('--ovh-port <port>', `default ${defaultPorts.ovh}`))
    .addOption(option('--ovh-http-port <port>', `default ${defaultPorts.ovhHttp}`))
    .addOption(option('--control-port <port>', `default ${defaultPorts.control}`))
    .addOption(option('--host <address>', 'address to listen on').default('127.0.0.1'))
    .addOption(
      option('--control-token <token>', 'clients of the control API show it; made when --host leaves this machine'),
    )
    .addOption(
      option('--clock <clock>', "real, manual, or scaled:60 for 60 times as fast; default: the file's, or real"),
    )
    .addOption(option('--seed <seed>', 'draw everything random from this'))
    .addOption(
      option('--log-level <level>', 'what to tell on standard error')
        .default(defaults.logLevel)
        .choices([...logLevels]),
    )
    .addOption(option('--pki-dir <folder>', 'write certificates here instead of a temporary folder'))
    .addOption(
      option(
        '--state <file>',
        'go on with the lab in this file if it exists, and keep the lab there at the end; it holds keys and passwords, so only you can read it',
      ),
    );
}

/** What a started lab is used with. */
export interface StartedLab {
  lab: Lab;
  ready: ReadyLine;
  /** Resolves with the signal that asks the program to end. */
  ended: Promise<NodeJS.Signals>;
}

/** Of a larger world the beginning is not kept: it would take as much memory as the world, and time at each start. */
const mostVmsToReset = 500;

/**
 * Starts a lab, with its control API and its certificates in files, and stops it when `use` is done. A signal before it is up ends
 * the start, and `use` is not called. Resolves to what `use` gives.
 * @returns undefined when the file has problems, which are printed and make the exit code 2, or when a signal came first
 */
export async function withLab<T>(
  file: string | undefined,
  options: AllOptions,
  exit: (code: ExitCode) => void,
  use: (started: StartedLab) => Promise<T>,
): Promise<T | undefined> {
  const keys = new KeyPool();
  void makeKeysAhead(keys);
  const ended = untilSignal();
  const scenario = file === undefined ? undefined : await scenarioOf(file, loadOptionsOf(options));
  if (scenario === null) {
    exit(exitCodes.usage);
    return undefined;
  }
  const stateFile = options.state === undefined ? undefined : await import('../state-file.ts');
  const state = options.state === undefined ? undefined : stateFile?.readStateFile(options.state);
  if (state && options.state !== undefined) await refuseOther(state, options.state, scenario, options.seed);
  const ports = portsOf(options);
  const { host } = options;
  const seed = seedFor(options.seed, scenario);
  const clock = clockFor(options.clock, scenario, 'real');
  const [{ defaultWorld }, { createLab }, { ControlApi }, { needsToken, newToken }, { announceReady }] =
    await Promise.all([
      import('../world/default.ts'),
      import('../lab.ts'),
      import('../control/control-api.ts'),
      import('../control/access.ts'),
      import('../ready.ts'),
    ]);
  const lab = createLab({
    world: scenario ? scenario.world : defaultWorld,
    faults: scenario?.faults,
    clock,
    seed,
    ports,
    host,
    keys,
    state,
  });
  logJournal(lab.runtime.journal, process.stderr, options.logLevel);
  const token = options.controlToken ?? (needsToken(host) ? newToken() : undefined);
  const control = new ControlApi(lab, { host, port: ports.control, token });
  // The control API is quick: a port that it cannot have is known before anything else is opened.
  let over = false;
  void ended.then(() => {
    over = true;
  });
  const starting = listening(['control'], ports, host, () => control.start()).then(async () => {
    if (over) return;
    await lab.start();
    // For POST /reset.
    if (lab.vcenter.inventory.vms.length <= mostVmsToReset) await lab.keepBeginning();
  });
  let removeFiles: () => void = () => {};
  try {
    // A signal before everything is up ends the start as well.
    const up = await Promise.race([starting.then(() => true), ended.then(() => false)]);
    if (!up) return undefined;
    const { ready, remove } = announceReady(lab, control, { pkiDir: options.pkiDir, controlToken: token });
    removeFiles = remove;
    const result = await use({ lab, ready, ended });
    // Before anything is closed: what is lost by closing is part of the state.
    if (options.state !== undefined) stateFile?.writeStateFile(options.state, await lab.snapshot());
    return result;
  } finally {
    // Ends a start that waits for a KMS; what the start has opened is closed when it is over.
    await lab.stop();
    await starting.catch(() => {});
    await Promise.all([lab.stop(), control.stop()]);
    removeFiles();
  }
}

/** A state goes on with its own world and seed: other ones that are asked for are no mere detail. */
async function refuseOther(
  state: LabSnapshot,
  path: string,
  scenario: Scenario | undefined,
  seed: string | undefined,
): Promise<void> {
  const { isSameWorld } = await import('../snapshot.ts');
  const isOther =
    (scenario && !isSameWorld(scenario.world ?? {}, state.world)) ||
    (seed !== undefined && seed !== state.runtime.seed);
  if (!isOther) return;
  const why = 'it is of a lab with another world or seed; leave the file and --seed out, or name another state file';
  throw new KeyrigError('ERR_STATE', `the state file ${path} cannot be used: ${why}`);
}

/** Null when the file has problems; they have been printed. */
async function scenarioOf(file: string, options: LoadOptions): Promise<Scenario | null> {
  const [{ loadScenario }, { formatProblem }] = await Promise.all([
    import('../scenario/load.ts'),
    import('../scenario/find.ts'),
  ]);
  const result = loadScenario(file, options);
  if ('scenario' in result) {
    await checkVars(options.vars, [result]);
    return result.scenario;
  }
  for (const problem of result.problems) console.error(formatProblem(problem));
  return null;
}

function portsOf(options: LabOptions): Ports {
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

function untilSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
}
