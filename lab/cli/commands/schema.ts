import { command, type DefineCommand } from './command.ts';

/** `keyrig schema` */
export const schemaCommand: DefineCommand = () =>
  command('schema', 'print the JSON Schema of scenario files').action(async () => {
    const { scenarioJsonSchema } = await import('../../scenario/json-schema.ts');
    console.log(JSON.stringify(scenarioJsonSchema(), undefined, 2));
  });
