import { isJsonObject, type Json, type JsonObject } from './json.ts';

/**
 * The one pattern language of keyrig: faults, journal queries and expectations use it.
 *
 * - a scalar matches the same scalar;
 * - an array matches an array of the same length, member by member;
 * - an object matches an object that has at least its members (`a.b` reaches into `a`);
 * - an object whose keys are operators asserts on the value itself:
 *   `equals, contains, matches, exists, oneOf, gt, gte, lt, lte, between, length, not, all, any`.
 */
export function matches(pattern: Json, value: Json | undefined): boolean {
  return mismatch(pattern, value) === undefined;
}

const operators: Record<string, (operand: Json, value: Json | undefined) => string | undefined> = {
  equals: (operand, value) => (sameJson(operand, value) ? undefined : `should equal ${show(operand)}`),
  contains: (operand, value) => {
    if (typeof value === 'string' && typeof operand === 'string' && value.includes(operand)) return undefined;
    if (Array.isArray(value) && value.some((member) => matches(operand, member))) return undefined;
    return `should contain ${show(operand)}`;
  },
  matches: (operand, value) =>
    typeof operand === 'string' && typeof value === 'string' && new RegExp(operand, 'u').test(value)
      ? undefined
      : `should match /${String(operand)}/`,
  exists: (operand, value) =>
    (value !== undefined && value !== null) === (operand !== false)
      ? undefined
      : operand === false
        ? 'should be absent'
        : 'should be present',
  oneOf: (operand, value) =>
    Array.isArray(operand) && operand.some((member) => matches(member, value))
      ? undefined
      : `should be one of ${show(operand)}`,
  gt: (operand, value) => compare(value, operand, (a, b) => a > b, `should be greater than ${show(operand)}`),
  gte: (operand, value) => compare(value, operand, (a, b) => a >= b, `should be at least ${show(operand)}`),
  lt: (operand, value) => compare(value, operand, (a, b) => a < b, `should be less than ${show(operand)}`),
  lte: (operand, value) => compare(value, operand, (a, b) => a <= b, `should be at most ${show(operand)}`),
  between: (operand, value) => {
    const [low, high] = Array.isArray(operand) ? (operand as Json[]) : [];
    const within =
      typeof value === 'number' && typeof low === 'number' && typeof high === 'number' && value >= low && value <= high;
    return within ? undefined : `should be between ${show(low)} and ${show(high)}`;
  },
  length: (operand, value) => {
    const length = typeof value === 'string' || Array.isArray(value) ? value.length : undefined;
    const problem = mismatch(operand, length);
    return problem && `length ${problem}`;
  },
  not: (operand, value) => (matches(operand, value) ? `should not match ${show(operand)}` : undefined),
  all: (operand, value) => {
    for (const member of Array.isArray(operand) ? (operand as Json[]) : [operand]) {
      const problem = mismatch(member, value);
      if (problem) return problem;
    }
    return undefined;
  },
  any: (operand, value) =>
    (Array.isArray(operand) ? (operand as Json[]) : [operand]).some((member) => matches(member, value))
      ? undefined
      : `should match any of ${show(operand)}`,
};

/** The names that stand for assertions when an object has no other keys. */
export const operatorNames: readonly string[] = Object.keys(operators);

/** Why `value` does not fit `pattern`, as a phrase that names the place; undefined when it fits. */
export function mismatch(pattern: Json, value: Json | undefined, path = ''): string | undefined {
  const at = (text: string) => `${path ? `${path} ` : ''}${text}, but is ${show(value)}`;
  if (isJsonObject(pattern)) {
    const keys = Object.keys(pattern);
    if (keys.length > 0 && keys.every((key) => key in operators)) {
      for (const key of keys) {
        const problem = operators[key]!(pattern[key] ?? null, value);
        if (problem) return at(problem);
      }
      return undefined;
    }
    if (!isJsonObject(value)) return at('should be an object');
    for (const key of keys) {
      const problem = mismatch(pattern[key] ?? null, reach(value, key), path ? `${path}.${key}` : key);
      if (problem) return problem;
    }
    return undefined;
  }
  if (Array.isArray(pattern)) {
    if (!Array.isArray(value) || value.length !== pattern.length) return at(`should equal ${show(pattern)}`);
    for (const [index, member] of (pattern as Json[]).entries()) {
      const problem = mismatch(member, (value as Json[])[index], `${path}[${index}]`);
      if (problem) return problem;
    }
    return undefined;
  }
  return sameJson(pattern, value) ? undefined : at(`should be ${show(pattern)}`);
}

/** The member at a dotted path (`a.b.0`), or undefined. A member whose own name has dots is found first. */
export function reach(value: Json | undefined, path: string): Json | undefined {
  if (isJsonObject(value) && Object.hasOwn(value, path)) return value[path];
  let current: Json | undefined = value;
  for (const key of path.split('.')) {
    if (Array.isArray(current)) current = (current as Json[])[Number(key)];
    else if (isJsonObject(current) && Object.hasOwn(current, key)) current = current[key];
    else return undefined;
  }
  return current;
}

function sameJson(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && (a as Json[]).every((member, index) => sameJson(member, (b as Json[])[index]));
  }
  if (isJsonObject(a) && isJsonObject(b)) {
    const keys = new Set([...definedKeys(a), ...definedKeys(b)]);
    return [...keys].every((key) => sameJson(a[key], b[key]));
  }
  // Absent and null are the same to a reader of YAML.
  return (a ?? null) === null && (b ?? null) === null;
}

function definedKeys(value: JsonObject): string[] {
  return Object.keys(value).filter((key) => value[key] !== undefined);
}

function compare(value: Json | undefined, operand: Json, test: (a: number, b: number) => boolean, problem: string) {
  return typeof value === 'number' && typeof operand === 'number' && test(value, operand) ? undefined : problem;
}

function show(value: Json | undefined): string {
  if (value === undefined) return 'absent';
  const text = JSON.stringify(value);
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
