import type { ReadyLine } from '../../ready.ts';
import type { ScenarioOptions } from '../scenario-options.ts';
import { type LabOptions, withLab, withLabOptions } from '../with-lab.ts';
import { command, type DefineCommand, option } from './command.ts';

/** `keyrig up [file]` */
export const upCommand: DefineCommand = (exit) =>
  withLabOptions(
    command('up', 'start the lab and stay up until SIGINT or SIGTERM')
      .argument('[file]', 'a scenario file whose world and faults are used')
      .addOption(option('--json', 'print exactly one line of JSON on standard output when everything is ready')),
    { ports: 'default', logLevel: 'info' },
  ).action((file: string | undefined, options: LabOptions & ScenarioOptions & { json?: boolean }) =>
    withLab(file, options, exit, async ({ ready, ended }) => {
      announce(ready, options.json === true);
      await ended;
    }),
  );

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
    ['', `account ${line.ovh.account}  password ${line.ovh.password}`],
    ['', `control panel ${new URL('/manager/', line.ovh.url)}`],
    // Browsers keep what follows # to themselves.
    [
      'control',
      line.control.token === undefined ? line.control.url : `${line.control.url}/#token=${line.control.token}`,
    ],
    ['certificates', line.pki.dir],
    ['seed', line.seed],
  ];
  for (const [label, text] of rows) console.log(`${label.padEnd(14)}${text}`);
  console.log('Ready. Ctrl-C ends it.');
}
