import type { Session } from '../http/sessions.ts';
import type { ManagedObject } from '../inventory/store.ts';
import { isSubtype, managedDeclaration } from '../vim/kernel/registry.ts';
import { isRef } from '../vim/kernel/values.ts';
import { parameterPrivileges } from '../vim/privileges.ts';
import type { Authorization } from './authorization.ts';

type Needed = Readonly<Record<string, string>> | undefined;

const cache = new Map<string, Needed>();

/** The privileges that a method needs on the objects its parameters name, declared in the type or a base of it. */
function neededByParameters(type: string, method: string): Needed {
  const key = `${type}.${method}`;
  if (!cache.has(key)) cache.set(key, findNeeded(type, method));
  return cache.get(key);
}

function findNeeded(type: string, method: string): Needed {
  for (let current: string | undefined = type; current; current = managedDeclaration(current)?.base) {
    const needed = parameterPrivileges[`${current}.${method}`];
    if (needed) return needed;
  }
  return undefined;
}

/**
 * Checks what a call's declaration says that it needs. What depends on the arguments, the method checks itself.
 * Without a privilege of its own, a call on an entity needs the right to see it.
 *
 * @throws NoPermission
 */
export function authorizeCall(
  authorization: Authorization,
  session: Session,
  call: { object: ManagedObject; method: string; privilege: string; params: Readonly<Record<string, unknown>> },
): void {
  const { username } = session.user;
  const { object, method, privilege, params } = call;
  if (privilege !== '') authorization.require(username, privilege, object);
  else if (isSubtype(object.type, 'ManagedEntity')) authorization.require(username, 'System.View', object);
  for (const [name, needed] of Object.entries(neededByParameters(object.type, method) ?? {})) {
    const value = params[name];
    for (const reference of Array.isArray(value) ? value : [value]) {
      if (isRef(reference)) authorization.require(username, needed, reference);
    }
  }
}
