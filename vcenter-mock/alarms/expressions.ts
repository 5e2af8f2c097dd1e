import type { Assumed } from '../assumed.ts';
import type { AnyEvent } from '../events/event-filter.ts';
import { plainType } from '../events/event-filter.ts';
import type { ManagedObject } from '../inventory/store.ts';
import { readPath } from '../property-collector/property-path.ts';
import { fault, invalidArgument } from '../vim/kernel/fault.ts';
import { isA, isSubtype } from '../vim/kernel/registry.ts';
import { type Data, isRef, type Ref } from '../vim/kernel/values.ts';

export type Status = Data<'AlarmState'>['overallStatus'];
type Expression = Data<'AlarmExpression'>;
type EventExpression = Data<'EventAlarmExpression'>;
type StateExpression = Data<'StateAlarmExpression'>;

/** documented order: gray says nothing, red is worst */
const severity: readonly Status[] = ['gray', 'green', 'yellow', 'red'];

export function worst(statuses: readonly Status[]): Status {
  return statuses.reduce((one, other) => (severity.indexOf(other) > severity.indexOf(one) ? other : one), 'gray');
}

function mildest(statuses: readonly Status[]): Status {
  return statuses.reduce((one, other) => (severity.indexOf(other) < severity.indexOf(one) ? other : one), 'red');
}

export function isTriggered(status: Status): boolean {
  return status === 'yellow' || status === 'red';
}

/** An expression without the groups around it. */
function leaves(expression: Expression): Expression[] {
  if (isA(expression, 'OrAlarmExpression') || isA(expression, 'AndAlarmExpression')) {
    return expression.expression.flatMap(leaves);
  }
  return [expression];
}

export function eventExpressions(expression: Expression): EventExpression[] {
  return leaves(expression).filter((leaf) => isA(leaf, 'EventAlarmExpression'));
}

export function stateExpressions(expression: Expression): StateExpression[] {
  return leaves(expression).filter((leaf) => isA(leaf, 'StateAlarmExpression'));
}

/** How deep and how wide the groups of an expression may be. */
const limits = { depth: 5, leaves: 100 };

function depthOf(expression: Expression): number {
  if (isA(expression, 'OrAlarmExpression') || isA(expression, 'AndAlarmExpression')) {
    return 1 + Math.max(0, ...expression.expression.map(depthOf));
  }
  return 1;
}

/**
 * Refuses what an alarm cannot watch. assumed: conditions on events cannot be joined by "and", as no two happen together
 * @throws InvalidArgument, NotSupported for metrics: there are no performance counters
 */
export function checkExpression(expression: Expression, assumed: Assumed, within = 'or'): void {
  if (within === 'or' && (depthOf(expression) > limits.depth || leaves(expression).length > limits.leaves)) {
    throw invalidArgument('spec.expression');
  }
  if (isA(expression, 'OrAlarmExpression') || isA(expression, 'AndAlarmExpression')) {
    const and = isA(expression, 'AndAlarmExpression') || within === 'and';
    if (expression.expression.length === 0) throw invalidArgument('spec.expression');
    for (const one of expression.expression) checkExpression(one, assumed, and ? 'and' : 'group');
  } else if (isA(expression, 'MetricAlarmExpression')) {
    throw fault('NotSupported', assumed.notSupported);
  } else if (isA(expression, 'EventAlarmExpression')) {
    const type = plainType(expression.eventType);
    if (within === 'and' || !isSubtype(type, 'Event')) throw invalidArgument('spec.expression');
  } else if (!isA(expression, 'StateAlarmExpression') || !isSubtype(plainType(expression.type), 'ManagedEntity')) {
    throw invalidArgument('spec.expression');
  }
}

/** The status that an object's properties give an expression; undefined when it does not watch properties of the object. */
export function stateOf(expression: Expression, object: ManagedObject, assumed: Assumed): Status | undefined {
  if (isA(expression, 'StateAlarmExpression')) {
    if (!isSubtype(object.type, plainType(expression.type))) return undefined;
    return compare(expression, String(readPath(object, expression.statePath, { assumed })?.value ?? ''));
  }
  if (!isA(expression, 'OrAlarmExpression') && !isA(expression, 'AndAlarmExpression')) return undefined;
  const parts = expression.expression
    .map((part) => stateOf(part, object, assumed))
    .filter((status) => status !== undefined);
  if (parts.length === 0) return undefined;
  return isA(expression, 'AndAlarmExpression') ? mildest(parts) : worst(parts);
}

function compare({ operator, yellow, red }: StateExpression, value: string): Status {
  const hit = (wanted: string | undefined) => wanted !== undefined && (value === wanted) === (operator === 'isEqual');
  if (hit(red)) return 'red';
  return hit(yellow) ? 'yellow' : 'green';
}

/** True when an event is what the expression waits for. */
export function matchesEvent(expression: EventExpression, event: AnyEvent): boolean {
  const { eventType, eventTypeId, comparisons = [] } = expression;
  if (!isSubtype(event._type, plainType(eventType))) return false;
  const id = (event as { eventTypeId?: string }).eventTypeId ?? `vim.event.${event._type}`;
  if (eventTypeId && eventTypeId !== id && eventTypeId !== event._type) return false;
  return comparisons.every(({ attributeName, operator, value }) =>
    holds(attribute(event, attributeName), operator, value),
  );
}

/** An attribute of an event by its path (`vm.name`), or an argument of an EventEx by its key. */
function attribute(event: AnyEvent, path: string): string {
  let value: unknown = event;
  for (const name of path.split('.')) value = (value as Record<string, unknown> | undefined | null)?.[name];
  const given = (event as Partial<Data<'EventEx'>>).arguments?.find(({ key }) => key === path)?.value;
  return String(value ?? given ?? '');
}

function holds(actual: string, operator: string, wanted: string): boolean {
  switch (operator) {
    case 'equals':
      return actual === wanted;
    case 'notEqualTo':
      return actual !== wanted;
    case 'startsWith':
      return actual.startsWith(wanted);
    case 'doesNotStartWith':
      return !actual.startsWith(wanted);
    case 'endsWith':
      return actual.endsWith(wanted);
    case 'doesNotEndWith':
      return !actual.endsWith(wanted);
    default:
      return false;
  }
}

/** Which argument of an event an alarm on a type of object looks at. */
const argumentOf: readonly [type: string, (event: AnyEvent) => Ref | undefined][] = [
  ['VirtualMachine', (event) => event.vm?.vm],
  ['HostSystem', (event) => event.host?.host],
  ['ComputeResource', (event) => event.computeResource?.computeResource],
  ['Datacenter', (event) => event.datacenter?.datacenter],
  ['Datastore', (event) => event.ds?.datastore],
  ['Network', (event) => event.net?.network],
];

/** The entity of an event that an expression is about; undefined: the event's own, or the root folder. */
export function subjectOf(expression: EventExpression, event: AnyEvent): Ref | 'own' | 'root' | undefined {
  if (!expression.objectType) return 'own';
  const type = plainType(expression.objectType);
  const found = argumentOf.find(([base]) => isSubtype(type, base));
  if (found) return found[1](event);
  const named = (event as { entity?: { entity?: unknown } }).entity?.entity;
  if (isRef(named) && isSubtype(named.type, type)) return named;
  return type === 'Folder' ? 'root' : 'own';
}
