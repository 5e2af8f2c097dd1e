import { principalKey } from '../authorization/directory.ts';
import { rootFolderRef } from '../inventory/inventory.ts';
import { isSubtype } from '../vim/kernel/registry.ts';
import { type Data, type Ref, refKey, sameRef } from '../vim/kernel/values.ts';
import { eventTypes } from './event-types.ts';

export type AnyEvent = Data<'Event'> & { _type: string };

/** An event with the keys of what it is about: the entities themselves, and all that is above them. */
export interface FiledEvent {
  readonly event: AnyEvent;
  readonly own: ReadonlySet<string>;
  readonly above: ReadonlySet<string>;
}

/** EventEx carries its category as severity; the others have the one of their type. */
export function categoryOf(event: AnyEvent): string {
  const types: Readonly<Record<string, { category: string }>> = eventTypes;
  return (event as { severity?: string }).severity ?? types[event._type]?.category ?? 'info';
}

/** The id that an event is known by: that of an EventEx, or the name of its type. */
export function eventIdOf(event: AnyEvent): string {
  return (event as { eventTypeId?: string }).eventTypeId ?? event._type;
}

/** `vim.event.VmPoweredOnEvent` and `VmPoweredOnEvent` are the same type. observed: clients send both */
export const plainType = (name: string) => name.slice(name.lastIndexOf('.') + 1);

/** documented: `all` is the entity and its children, at any distance; `children` is all but the entity itself */
function within(filter: NonNullable<Data<'EventFilterSpec'>['entity']>): (filed: FiledEvent) => boolean {
  const key = refKey(filter.entity);
  switch (filter.recursion) {
    case 'self':
      return ({ own }) => own.has(key);
    case 'children':
      return ({ above }) => above.has(key);
    default:
      // Everything is below the root, even what is about no entity.
      if (sameRef(filter.entity, rootFolderRef)) return () => true;
      return ({ own, above }) => own.has(key) || above.has(key);
  }
}

/** Makes a test from a filter: every part that is given must fit. vim25 EventFilterSpec */
export function eventTest(filter: Data<'EventFilterSpec'>): (filed: FiledEvent) => boolean {
  const tests: ((filed: FiledEvent) => boolean)[] = [];
  const { entity, time, userName, eventChainId, alarm, scheduledTask, category, type, tag, eventTypeId } = filter;
  if (entity) tests.push(within(entity));
  if (time?.beginTime) tests.push(({ event }) => event.createdTime >= time.beginTime!);
  if (time?.endTime) tests.push(({ event }) => event.createdTime <= time.endTime!);
  if (userName) {
    const users = userName.userList && new Set(userName.userList.map(principalKey));
    // documented: what the system did has no user
    tests.push(({ event }) =>
      event.userName === '' ? userName.systemUser : !users || users.has(principalKey(event.userName)),
    );
  }
  if (eventChainId !== undefined) tests.push(({ event }) => event.chainId === eventChainId);
  if (alarm) tests.push(({ event }) => sameRef((event as { alarm?: { alarm: Ref } }).alarm?.alarm, alarm));
  // There are neither scheduled tasks nor tags of events.
  if (scheduledTask || (tag && tag.length > 0)) tests.push(() => false);
  if (category && category.length > 0) tests.push(({ event }) => category.includes(categoryOf(event)));
  const ids = new Set((eventTypeId ?? []).flatMap((id) => [id, id.replace(/^vim\.event\./, '')]));
  const types = (type ?? []).map(plainType);
  if (ids.size > 0 || types.length > 0) {
    tests.push(
      ({ event }) =>
        ids.has(eventIdOf(event)) || ids.has(event._type) || types.some((base) => isSubtype(event._type, base)),
    );
  }
  return (filed) => tests.every((test) => test(filed));
}
