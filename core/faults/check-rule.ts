import { operatorNames } from '../match.ts';
import { type FaultThen, faultActionNames, faultModifierNames } from './actions.ts';
import { type FaultPointDeclaration, faultPoint, faultPointNames } from './points.ts';
import type { FaultMoment, FaultRule, FaultWhen } from './rule.ts';

/** What is wrong with a rule, and the member that it is about. */
export interface RuleProblem {
  path: string[];
  message: string;
}

/** Everything that is contradictory in a rule; empty when it can be carried out. */
export function checkRule(rule: FaultRule): RuleProblem[] {
  if (!faultPointNames.includes(rule.at)) {
    return [{ path: ['at'], message: `no fault point "${rule.at}"; there are ${faultPointNames.join(', ')}` }];
  }
  const point = faultPoint(rule.at);
  return [...checkMatch(rule, point), ...checkThen(rule, point), ...checkWhen(rule.when ?? {}, point)];
}

/** A pattern on something that a point does not show fits nothing. */
function checkMatch({ at, match = {}, when = {} }: FaultRule, point: FaultPointDeclaration): RuleProblem[] {
  const shown = point.subject.map((member) => member.replace('?', ''));
  const problems = (path: string[], names: readonly string[]): RuleProblem[] =>
    names
      .filter((name) => !shown.includes(name.split('.', 1)[0]!))
      .map((name) => ({ path, message: `${at} shows no "${name}"; it shows ${shown.join(', ')}` }));
  const keys = Object.keys(match);
  const assertsOnAll = keys.every((key) => operatorNames.includes(key));
  return [
    ...(assertsOnAll ? [] : keys.flatMap((key) => problems(['match', key], [key]))),
    ...(point.standing ? [] : problems(['when', 'per'], [when.per ?? []].flat())),
  ];
}

function checkThen({ at, then }: FaultRule, point: FaultPointDeclaration): RuleProblem[] {
  const actions = faultActionNames.filter((name) => then[name] !== undefined);
  const modifiers = faultModifierNames.filter((name) => then[name] !== undefined);
  const known = Object.keys(point.actions);
  const alone = point.modifiers.length > 0 ? ` (or alone: ${point.modifiers.join(', ')})` : '';
  if (actions.length > 1 || actions.length + modifiers.length === 0) {
    return [{ path: ['then'], message: `at ${at} "then" takes exactly one of ${known.join(', ')}${alone}` }];
  }
  const problems: RuleProblem[] = [];
  for (const name of actions) {
    const taken = point.actions[name];
    if (taken) problems.push(...checkAction(at, name, taken, then));
    else
      problems.push({
        path: ['then', name],
        message: `${at} takes no "${name}"; it takes ${known.join(', ')}${alone}`,
      });
  }
  for (const name of modifiers) {
    if (point.modifiers.includes(name)) continue;
    const which = point.modifiers.length > 0 ? `only ${point.modifiers.join(', ')}` : 'no modifier';
    problems.push({ path: ['then', name], message: `${at} takes no "${name}"; it takes ${which}` });
  }
  if (then.kmip?.status === 'OperationPending' && (then.kmip.reason ?? then.kmip.message) !== undefined) {
    problems.push({ path: ['then', 'kmip'], message: 'a pending operation has neither reason nor message' });
  }
  const isSilent = then.hang || then.http || then.reset === true || then.close === true;
  if (then.drip && isSilent) {
    problems.push({ path: ['then', 'drip'], message: '"drip" needs an answer that is sent' });
  }
  return problems;
}

function checkAction(at: string, name: keyof FaultThen, taken: readonly string[], then: FaultThen): RuleProblem[] {
  const value = then[name];
  if (typeof value === 'string' && taken.length > 0 && !taken.includes(value)) {
    return [{ path: ['then', name], message: `at ${at} "${name}" takes one of ${taken.join(', ')}` }];
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value)
    .filter(([member, given]) => given !== undefined && !taken.includes(member))
    .map(([member]) => ({
      path: ['then', name, member],
      message: `at ${at} "${name}" takes no "${member}"; it takes ${taken.length > 0 ? taken.join(', ') : 'only true'}`,
    }));
}

function checkWhen(when: FaultWhen, point: FaultPointDeclaration): RuleProblem[] {
  const problems: RuleProblem[] = [];
  const complain = (member: keyof FaultWhen, message: string) => problems.push({ path: ['when', member], message });
  for (const member of ['after', 'until'] as const) {
    const moment = when[member];
    if (moment === undefined) continue;
    if (Number.isNaN(timeOf(moment))) complain(member, 'is no time; write it as 2026-01-31T12:00:00Z');
    if (point.standing && typeof moment === 'object' && 'calls' in moment)
      complain(member, 'this fault lasts: no calls are counted; give a time or an event');
  }
  const { after, until } = when;
  const isEmpty =
    (typeof after === 'number' && typeof until === 'number' && after > until) ||
    (callsOf(after) ?? 0) >= (callsOf(until) ?? Number.POSITIVE_INFINITY) ||
    (timeOf(after) ?? 0) > (timeOf(until) ?? Number.POSITIVE_INFINITY);
  if (isEmpty) complain('until', 'is before "after": the fault could never fire');
  const { calls } = when;
  if (typeof calls === 'object' && 'from' in calls && (calls.from ?? 1) > (calls.to ?? Number.POSITIVE_INFINITY)) {
    complain('calls', '"to" is before "from": the fault could never fire');
  }
  if (!point.standing) return problems;
  for (const member of ['calls', 'every', 'probability', 'times', 'per'] as const) {
    if (when[member] !== undefined) complain(member, 'this fault lasts: no calls are counted; use "after" and "until"');
  }
  return problems;
}

/** The time (ms since the epoch) that a moment names; NaN for one that cannot be read. */
export function timeOf(moment: FaultMoment | undefined): number | undefined {
  return typeof moment === 'object' && 'time' in moment ? Date.parse(moment.time) : undefined;
}

function callsOf(moment: FaultMoment | undefined): number | undefined {
  return typeof moment === 'object' && 'calls' in moment ? moment.calls : undefined;
}
