import { fitsPattern } from './access-rules.ts';

/**
 * Whether a name fits a filter that the schema calls "like". That case does not count, that it matches anywhere, and that
 * `%` stands for anything is assumed.
 *
 * @param filter undefined lets everything pass
 */
export function isLike(name: string, filter: string | undefined): boolean {
  return filter === undefined || fitsPattern(`%${filter.toLowerCase()}%`, name.toLowerCase(), '%');
}
