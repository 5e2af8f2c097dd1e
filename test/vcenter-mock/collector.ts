import { type Answer, type Lab, textOf } from './lab.ts';

const xsi = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"';
const defaultCollector = 'propertyCollector';

/** Calls a method of a property collector, the session's own unless another is named. */
export function collectorCall(lab: Lab, method: string, content = '', collector = defaultCollector): Promise<Answer> {
  return lab.call(
    `<${method} xmlns="urn:vim25"><_this type="PropertyCollector">${collector}</_this>${content}</${method}>`,
  );
}

/** A PropertySpec; without paths all of the type's properties. */
export function propSet(type: string, ...paths: string[]): string {
  const wanted = paths.length === 0 ? '<all>true</all>' : paths.map((path) => `<pathSet>${path}</pathSet>`).join('');
  return `<propSet><type>${type}</type>${wanted}</propSet>`;
}

/** An ObjectSpec; with traversals it only leads to others. */
export function objectSet(type: string, id: string, ...traversals: string[]): string {
  const skip = traversals.length > 0 ? '<skip>true</skip>' : '';
  return `<objectSet><obj type="${type}">${id}</obj>${skip}${traversals.join('')}</objectSet>`;
}

/** A TraversalSpec; `next` stands inside it. */
export function traversal(type: string, path: string, next = '', name = ''): string {
  return `<selectSet ${xsi} xsi:type="TraversalSpec">${name && `<name>${name}</name>`}<type>${type}</type><path>${path}</path>${next}</selectSet>`;
}

/** Creates a filter and gives its reference. */
export async function createFilter(
  lab: Lab,
  spec: string,
  options: { partial?: boolean; collector?: string } = {},
): Promise<string> {
  const answer = await collectorCall(
    lab,
    'CreateFilter',
    `<spec>${spec}</spec><partialUpdates>${options.partial ?? false}</partialUpdates>`,
    options.collector,
  );
  const filter = textOf(answer.body, 'returnval');
  if (filter === undefined) throw new Error(answer.body);
  return filter;
}

/** Asks for updates without waiting. */
export async function updates(
  lab: Lab,
  version = '',
  options: { max?: number; collector?: string } = {},
): Promise<{ version: string; body: string }> {
  const limit = options.max === undefined ? '' : `<maxObjectUpdates>${options.max}</maxObjectUpdates>`;
  const { body } = await collectorCall(
    lab,
    'WaitForUpdatesEx',
    `${version && `<version>${version}</version>`}<options><maxWaitSeconds>0</maxWaitSeconds>${limit}</options>`,
    options.collector,
  );
  return { version: textOf(body, 'version') ?? version, body };
}

/** The changes in an answer as `kind name op value`, one line each; values of data objects by their type. */
export function changesIn(body: string): string[] {
  return [...body.matchAll(/<objectSet><kind>(\w+)<\/kind><obj type="\w+">[^<]*<\/obj>(.*?)<\/objectSet>/gs)].flatMap(
    ([, kind, inside]) => {
      const changes = [...inside!.matchAll(/<changeSet><name>(.*?)<\/name><op>(\w+)<\/op>(.*?)<\/changeSet>/gs)];
      if (changes.length === 0) return [String(kind)];
      return changes.map(([, name, op, value]) => {
        const found = /^<val (?:type="\w+" )?xsi:type="([\w:]+)">(.*)<\/val>$/s.exec(value!);
        const shown = found && (found[2]!.includes('<') ? found[1] : found[2]);
        return `${kind} ${name!.replaceAll('&quot;', '"')} ${op}${shown === null ? '' : ` ${shown}`}`;
      });
    },
  );
}
