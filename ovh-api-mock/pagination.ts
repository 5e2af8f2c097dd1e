import { z } from 'zod';
import { fitsPattern } from './access-rules.ts';
import { type AssumedValues, fill } from './assumed.ts';
import { type ApiFailure, badRequest } from './failures.ts';
import { unwrapped } from './parameters.ts';

type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** What a client asks of a list by its headers (spec 2.7, documented by the control panel's and the CLI's sources). */
export interface Pagination {
  /** Whether the list shall hold objects instead of ids. */
  expand: boolean;
  /** Pages are numbered, or each names the next one by a cursor. */
  by: 'number' | 'cursor';
  /** The first element of the page, counted from 0. */
  offset: number;
  /** Elements on a page. */
  size: number;
  sort: { path: string[]; descending: boolean } | undefined;
  filters: Filter[];
}

interface Filter {
  path: string[];
  operator: Operator;
  value: string;
}

// Operators as the control panel writes them (documented); how they compare values is assumed.
const operators = {
  eq: (member: unknown, value: string) => String(member) === value,
  ne: (member: unknown, value: string) => String(member) !== value,
  lt: (member: unknown, value: string) => compareWithText(member, value) < 0,
  gt: (member: unknown, value: string) => compareWithText(member, value) > 0,
  // SQL's LIKE; that case does not count is assumed.
  like: (member: unknown, value: string) =>
    member !== null && fitsPattern(value.toLowerCase(), String(member).toLowerCase(), '%'),
  in: (member: unknown, value: string) => value.split(',').includes(String(member)),
};
type Operator = keyof typeof operators;
export const filterOperators = Object.keys(operators) as readonly Operator[];

const modes: Readonly<Record<string, Pagination['by']>> = {
  'cachedobjectlist-pages': 'number',
  'cachedobjectlist-cursor': 'cursor',
};

/** The largest number in a header that is looked at. */
const largestNumber = 1e9;

/**
 * Reads the pagination headers of a request for a list; undefined when it has none.
 *
 * Without X-Pagination-Mode a size or a cursor asks for pages of ids, as the CLI reads them (that v1 cuts its lists then is
 * assumed; the CLI only shows that a cursor may come).
 */
export function readPagination(headers: Headers, assumed: AssumedValues): Pagination | ApiFailure | undefined {
  if (assumed.plainListSize === 0 && !isAsked(headers)) return undefined;
  const given = (name: string) => {
    const value = headers[`x-pagination-${name}`];
    return (Array.isArray(value) ? value[0] : value)?.trim() || undefined;
  };
  const wrong = (name: string, value: string, type: string) =>
    badRequest(fill(assumed.badValueText, { name: `X-Pagination-${name}`, value: value.slice(0, 100), type }));

  const mode = given('mode');
  const cursor = given('cursor');
  const size = given('size') ?? (mode || cursor ? undefined : assumed.plainListSize || undefined);
  const by = mode === undefined ? 'cursor' : modes[mode.toLowerCase()];
  if (by === undefined) return wrong('Mode', mode ?? '', 'CachedObjectList-Pages or CachedObjectList-Cursor');

  const elements = positive(size ?? assumed.paginationSize);
  if (elements === undefined) return wrong('Size', String(size), 'long');
  // A page larger than the largest is cut without complaint; X-Pagination-Size says so (assumed).
  const pageSize = Math.min(elements, assumed.paginationLargestSize);
  const number = positive(given('number') ?? 1);
  if (number === undefined) return wrong('Number', given('number') ?? '', 'long');
  const start = by === 'number' ? (number - 1) * pageSize : cursor === undefined ? 0 : offsetOf(cursor);
  // Message of the real API (documented by the control panel's source).
  if (start === undefined) return badRequest('invalid cursor');

  const order = given('sort-order') ?? 'ASC';
  if (!/^(?:asc|desc)$/i.test(order)) return wrong('Sort-Order', order, 'ASC or DESC');
  const sort = given('sort');
  const sortPath = sort === undefined ? undefined : readPath(sort);
  if (sort !== undefined && !sortPath) return wrong('Sort', sort, 'member or member.member');
  const filters: Filter[] = [];
  for (const text of given('filter')?.split('&') ?? []) {
    const filter = readFilter(text);
    if (!filter) return wrong('Filter', text, `key:operator=value with operator ${filterOperators.join(', ')}`);
    filters.push(filter);
  }
  // Ids have no members to sort or filter by.
  const expand = mode !== undefined;
  const isPaged = expand || cursor !== undefined || size !== undefined;
  if (!isPaged) return undefined;
  const byMember = sortPath && { path: sortPath, descending: /^desc$/i.test(order) };
  return {
    expand,
    by,
    offset: start,
    size: pageSize,
    sort: expand ? byMember : undefined,
    filters: expand ? filters : [],
  };
}

/** Most requests ask for no pages: whether one does. */
function isAsked(headers: Headers): boolean {
  for (const name in headers) if (name.startsWith('x-pagination-')) return true;
  return false;
}

/** `key:operator=value`, key and value percent-encoded. */
function readFilter(text: string): Filter | undefined {
  const [, key = '', operator = '', value = ''] = /^([^:]+):(\w+)=(.*)$/s.exec(text) ?? [];
  if (!Object.hasOwn(operators, operator)) return undefined;
  const [path, plain] = [readPath(key), decoded(value)];
  if (path === undefined || plain === undefined) return undefined;
  return { path, operator: operator as Operator, value: plain };
}

/** The way to a member, such as `iam.urn`. */
function readPath(text: string): string[] | undefined {
  const path = decoded(text);
  return path !== undefined && /^\w+(?:\.\w+)*$/.test(path) ? path.split('.') : undefined;
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function positive(value: string | number): number | undefined {
  const number = /^\d{1,10}$/.test(String(value)) ? Number(value) : 0;
  return number >= 1 && number <= largestNumber ? number : undefined;
}

// Cursors are opaque to clients; ours hold the position in the list (assumed).
function cursorAt(offset: number): string {
  return Buffer.from(`after ${offset}`).toString('base64url');
}

function offsetOf(cursor: string): number | undefined {
  const [, offset] = /^after (\d{1,10})$/.exec(Buffer.from(cursor, 'base64url').toString('latin1')) ?? [];
  return offset === undefined ? undefined : Number(offset);
}

/** The members that a client sorts or filters by, in the objects' type; the failure names one that the type does not have. */
export function checkMembers(page: Pagination, type: z.ZodType, assumed: AssumedValues): ApiFailure | undefined {
  const paths = [...(page.sort ? [page.sort.path] : []), ...page.filters.map(({ path }) => path)];
  const unknown = paths.find((path) => !hasMember(type, path))?.join('.');
  if (unknown === undefined) return undefined;
  return badRequest(fill(assumed.unknownMemberText, { name: unknown.slice(0, 100) }));
}

function hasMember(type: z.ZodType, [name, ...rest]: readonly string[]): boolean {
  if (name === undefined) return true;
  const bare = unwrapped(type);
  if (bare instanceof z.ZodRecord) return true;
  return (
    bare instanceof z.ZodObject && Object.hasOwn(bare.shape, name) && hasMember(bare.shape[name] as z.ZodType, rest)
  );
}

/** Whether filters and order look at no other member than this one. */
export function readsOnly({ sort, filters }: Pagination, name: string): boolean {
  const isIt = (path: readonly string[]) => path.length === 1 && path[0] === name;
  return (sort === undefined || isIt(sort.path)) && filters.every(({ path }) => isIt(path));
}

/**
 * The elements that pass all filters, sorted. Absent values come first (assumed); equal ones keep the order of the list.
 *
 * @param objectOf the object that an element stands for, when it is none itself
 */
export function arrange<T>(
  elements: readonly T[],
  { sort, filters }: Pagination,
  objectOf: (element: T) => unknown = (element) => element,
): T[] {
  const passing =
    filters.length === 0
      ? elements
      : elements.filter((element) => {
          const object = objectOf(element);
          return filters.every(({ path, operator, value }) => operators[operator](memberAt(object, path), value));
        });
  if (!sort) return [...passing];
  const sign = sort.descending ? -1 : 1;
  return passing
    .map((element) => ({ element, key: memberAt(objectOf(element), sort.path) }))
    .sort((a, b) => sign * compare(a.key, b.key))
    .map(({ element }) => element);
}

/** The elements of the page that was asked for. */
export function cut<T>(elements: readonly T[], { offset, size }: Pagination): T[] {
  return elements.slice(offset, offset + size);
}

/**
 * The headers beside a page: X-Pagination-Elements counts all elements, X-Pagination-Total all pages (documented by the
 * control panel's source, which reads them), X-Pagination-Cursor-Next is absent on the last page (documented).
 */
export function paginationHeaders({ by, offset, size }: Pagination, elements: number): Record<string, string> {
  if (by === 'number') {
    return {
      'x-pagination-elements': String(elements),
      'x-pagination-total': String(Math.ceil(elements / size)),
      'x-pagination-number': String(offset / size + 1),
      'x-pagination-size': String(size),
    };
  }
  const next = offset + size;
  return {
    'x-pagination-size': String(size),
    ...(next < elements ? { 'x-pagination-cursor-next': cursorAt(next) } : {}),
  };
}

function memberAt(element: unknown, path: readonly string[]): unknown {
  let value = element;
  for (const name of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return null;
    value = (value as Record<string, unknown>)[name];
  }
  return value ?? null;
}

function compare(a: unknown, b: unknown): number {
  if (a === b) return 0;
  if (a === null) return -1;
  if (b === null) return 1;
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  const [left, right] = [String(a), String(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}

/** Numbers compare with numbers, dates by their instant, the rest as text. What cannot be compared is neither less nor greater. */
function compareWithText(member: unknown, text: string): number {
  if (member === null) return Number.NaN;
  if (typeof member === 'number') return member - (text === '' ? Number.NaN : Number(text));
  const instants = [String(member), text].map((value) =>
    /^\d{4}-\d\d-\d\d/.test(value) ? Date.parse(value) : Number.NaN,
  );
  if (instants.every((instant) => !Number.isNaN(instant))) return instants[0]! - instants[1]!;
  return compare(String(member), text);
}
