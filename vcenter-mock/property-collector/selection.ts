import type { Assumed } from '../assumed.ts';
import { references } from '../inventory/inventory.ts';
import type { ManagedObject, ObjectStore } from '../inventory/store.ts';
import { fault } from '../vim/kernel/fault.ts';
import { isA, isSubtype, propertiesOf } from '../vim/kernel/registry.ts';
import { type Data, type Ref, refKey } from '../vim/kernel/values.ts';
import { compareVersions } from '../vim/kernel/version.ts';
import { invalidProperty, readPath } from './property-path.ts';

/** One object that a filter selects, with the property paths to report. */
export interface Selected {
  readonly object: ManagedObject;
  readonly paths: readonly string[];
}

/** What a selection works with. */
export interface SelectionContext {
  readonly store: ObjectStore;
  readonly assumed: Assumed;
  /** API version of the client: `all` leaves out newer properties. */
  readonly version: string;
  /** Objects of other sessions do not exist. */
  readonly visible: (reference: Ref) => boolean;
  /** An object as this client sees it. */
  readonly seen: (object: ManagedObject) => ManagedObject;
}

/** The objects a PropertyFilterSpec selects, in the order they are reached. vim25 PropertyFilterSpec */
export function select(spec: Data<'PropertyFilterSpec'>, context: SelectionContext): Selected[] {
  const reached = new Map<string, ManagedObject>();
  const missing: Ref[] = [];
  for (const start of spec.objectSet ?? []) {
    const object = context.visible(start.obj) ? context.store.find(start.obj) : undefined;
    if (!object) {
      missing.push(start.obj);
      continue;
    }
    if (!start.skip) reached.set(refKey(object.ref), object);
    traverse(object, start.selectSet ?? [], named(start.selectSet ?? []), context, reached, new Set());
  }
  if (missing[0] && !spec.reportMissingObjectsInResults) {
    throw fault('ManagedObjectNotFound', context.assumed.objectNotFound, { obj: missing[0] });
  }
  const selected: Selected[] = [];
  for (const object of reached.values()) {
    const paths = pathsOf(object, spec.propSet ?? [], context);
    if (paths) selected.push({ object: context.seen(object), paths });
  }
  return selected;
}

type Selection = Data<'SelectionSpec'>;

/** Selections may refer to others by name, anywhere in the same object set. */
function named(selections: readonly Selection[], found = new Map<string, Data<'TraversalSpec'>>()) {
  for (const selection of selections) {
    if (!isA(selection, 'TraversalSpec')) continue;
    if (selection.name) found.set(selection.name, selection);
    named(selection.selectSet ?? [], found);
  }
  return found;
}

function traverse(
  object: ManagedObject,
  selections: readonly Selection[],
  names: ReadonlyMap<string, Data<'TraversalSpec'>>,
  context: SelectionContext,
  reached: Map<string, ManagedObject>,
  done: Set<string>,
): void {
  for (const selection of selections) {
    const traversal = isA(selection, 'TraversalSpec') ? selection : names.get(selection.name ?? '');
    if (!traversal || !isSubtype(object.type, traversal.type)) continue;
    const step = `${refKey(object.ref)} ${traversal.type}.${traversal.path} ${traversal.name ?? selections.indexOf(selection)}`;
    // A recursive selection may come back to where it was.
    if (done.has(step)) continue;
    done.add(step);
    for (const target of references(readPath(object, traversal.path, context.assumed)?.value)) {
      const next = context.visible(target) ? context.store.find(target) : undefined;
      if (!next) continue;
      if (!traversal.skip) reached.set(refKey(next.ref), next);
      traverse(next, traversal.selectSet ?? [], names, context, reached, done);
    }
  }
}

/** The union of the paths of all property specs for the object's type or a base of it; undefined when there is none. */
function pathsOf(
  object: ManagedObject,
  specs: readonly Data<'PropertySpec'>[],
  context: SelectionContext,
): string[] | undefined {
  const matching = specs.filter((spec) => isSubtype(object.type, spec.type));
  if (matching.length === 0) return undefined;
  const paths = new Set<string>();
  for (const spec of matching) {
    if (spec.all) {
      for (const property of propertiesOf(object.type).values()) {
        if (!property.since || compareVersions(property.since, context.version) <= 0) paths.add(property.field);
      }
    }
    for (const path of spec.pathSet ?? []) paths.add(path);
  }
  return [...paths];
}

/** Refuses a spec that names unknown types or properties, before anything is read. vim25: InvalidProperty, InvalidArgument */
export function checkSpec(spec: Data<'PropertyFilterSpec'>, assumed: Assumed): void {
  for (const property of spec.propSet ?? []) {
    const known = propertiesOf(property.type);
    for (const path of property.pathSet ?? []) {
      const name = /^\w+/.exec(path)?.[0] ?? '';
      if (known.size > 0 && !known.has(name)) throw invalidProperty(path, assumed);
    }
  }
}
