import { command, type DefineCommand, option } from './command.ts';

/** `keyrig faults [id or group]` */
export const faultsCommand: DefineCommand = () =>
  command('faults', 'the fault catalogue: what can go wrong, how to cause it, what it looks like')
    .argument('[name]', 'a fault: prints it with the YAML that causes it; or a group of faults')
    .addOption(option('--json', 'print JSON'))
    .addOption(option('--scenario', 'print a whole scenario that causes the fault and checks what it looks like'))
    .action(async (name: string | undefined, options: { json?: boolean; scenario?: boolean }) => {
      const { catalogue, entriesNamed } = await import('../../catalogue/index.ts');
      const { compose, scenarioText } = await import('../../catalogue/compose.ts');
      const { jsonOf, listText, pageText } = await import('../../catalogue/pages.ts');
      const entries = name === undefined ? catalogue : entriesNamed(name);
      const [entry] = entries;
      const single = entry?.id === name ? entry : undefined;
      if (options.scenario) process.stdout.write(entries.map((each) => scenarioText(compose(each))).join('---\n'));
      else if (options.json) console.log(JSON.stringify(single ? jsonOf(single) : entries.map(jsonOf), undefined, 2));
      else process.stdout.write(single ? pageText(single) : listText(entries));
    });
