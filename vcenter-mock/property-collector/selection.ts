import type { Assumed } from '../assumed.ts';
import { references } from '../inventory/inventory.ts';
import type { ManagedObject, ObjectStore } from '../inventory/store.ts';
import { fault, invalidArgument, invalidType } from '../vim/kernel/fault.ts';
import { isA, isSubtype, managedDeclaration, propertiesOf } from '../vim/kernel/registry.ts';
import type { Data, Ref } from '../vim/kernel/values.ts';
import { isKnown } from '../vim/kernel/version.ts';
import { invalidProperty, pathExists, readPath, topLevel } from './property-path.ts';

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
  /** The privilege that the client lacks to read a property; undefined when it may. */
  readonly lacks: (object: ManagedObject, property: string) => string | undefined;
}

/** What a PropertyFilterSpec selects. */
export interface Selection {
  /** In the order they are reached. */
  readonly selected: readonly Selected[];
  /** Objects that the spec names and that do not exist. */
  readonly missing: readonly Ref[];
}

/** Told of every property that decided what was selected. */
export type DependencyListener = (object: ManagedObject, property: string) => void;

type SelectionSpec = Data<'SelectionSpec'>;
type TraversalSpec = Data<'TraversalSpec'>;

/** Selects the objects of a PropertyFilterSpec. vim25 PropertyFilterSpec */
export function select(
  spec: Data<'PropertyFilterSpec'>,
  context: SelectionContext,
  depends?: DependencyListener,
): Selection {
  const reached = new Set<ManagedObject>();
  const missing: Ref[] = [];
  for (const start of spec.objectSet ?? []) {
    const object = context.visible(start.obj) ? context.store.find(start.obj) : undefined;
    if (!object) {
      missing.push(start.obj);
      continue;
    }
    if (!start.skip) reached.add(object);
    const selections = start.selectSet ?? [];
    if (selections.length > 0) traverse(object, selections, context, reached, depends);
  }
  const pathsByType = new Map<string, readonly string[] | undefined>();
  const selected: Selected[] = [];
  for (const object of reached) {
    let paths = pathsByType.get(object.type);
    if (paths === undefined && !pathsByType.has(object.type)) {
      paths = pathsOf(object.type, spec.propSet ?? [], context);
      pathsByType.set(object.type, paths);
    }
    if (paths) selected.push({ object, paths });
  }
  return { selected, missing };
}

/** As {@link select}; objects that do not exist are ManagedObjectNotFound unless the spec asks to leave them out. */
export function selectExisting(spec: Data<'PropertyFilterSpec'>, context: SelectionContext): readonly Selected[] {
  const { selected, missing } = select(spec, context);
  if (missing[0] && !spec.reportMissingObjectsInResults) {
    throw fault('ManagedObjectNotFound', context.assumed.objectNotFound, { obj: missing[0] });
  }
  return selected;
}

/** Selections may refer to others by name, anywhere in the same object set. */
function named(selections: readonly SelectionSpec[], found = new Map<string, TraversalSpec>()) {
  for (const selection of selections) {
    if (!isA(selection, 'TraversalSpec')) continue;
    if (selection.name) found.set(selection.name, selection);
    named(selection.selectSet ?? [], found);
  }
  return found;
}

/** Objects to be left by the selections that apply to them, one traversal after the other. */
interface Stop {
  readonly object: ManagedObject;
  readonly traversals: readonly TraversalSpec[];
  next: number;
  targets: readonly Ref[];
  nextTarget: number;
}

/** Follows the traversals from an object, depth first. The stack is a list: an inventory may be deeper than a call stack. */
function traverse(
  start: ManagedObject,
  selections: readonly SelectionSpec[],
  context: SelectionContext,
  reached: Set<ManagedObject>,
  depends: DependencyListener | undefined,
): void {
  const names = named(selections);
  // A recursive selection may come back to where it was.
  const done = new Map<TraversalSpec, Set<ManagedObject>>();
  const stack: Stop[] = [];
  const arrive = (object: ManagedObject, from: readonly SelectionSpec[]) => {
    const traversals: TraversalSpec[] = [];
    for (const selection of from) {
      const traversal = isA(selection, 'TraversalSpec') ? selection : names.get(selection.name ?? '');
      if (!traversal || !isSubtype(object.type, traversal.type)) continue;
      const visited = done.get(traversal) ?? new Set();
      if (visited.has(object)) continue;
      done.set(traversal, visited.add(object));
      traversals.push(traversal);
    }
    if (traversals.length > 0) stack.push({ object, traversals, next: 0, targets: [], nextTarget: 0 });
  };
  arrive(start, selections);
  for (let stop = stack.at(-1); stop; stop = stack.at(-1)) {
    const target = stop.targets[stop.nextTarget++];
    if (!target) {
      const traversal = stop.traversals[stop.next++];
      if (!traversal) {
        stack.pop();
        continue;
      }
      depends?.(stop.object, topLevel(traversal.path));
      stop.targets = references(readPath(context.seen(stop.object), traversal.path, context)?.value);
      stop.nextTarget = 0;
      continue;
    }
    const traversal = stop.traversals[stop.next - 1]!;
    const object = context.visible(target) ? context.store.find(target) : undefined;
    if (!object) continue;
    if (!traversal.skip) reached.add(object);
    if (traversal.selectSet && traversal.selectSet.length > 0) arrive(object, traversal.selectSet);
  }
}

/** The union of the paths of all property specs for a type or a base of it; undefined when there is none. */
function pathsOf(
  type: string,
  specs: readonly Data<'PropertySpec'>[],
  context: SelectionContext,
): readonly string[] | undefined {
  const matching = specs.filter((spec) => isSubtype(type, spec.type));
  if (matching.length === 0) return undefined;
  const paths = new Set<string>();
  for (const spec of matching) {
    if (spec.all) {
      for (const property of propertiesOf(type).values()) {
        if (isKnown(property.since, context.version)) paths.add(property.field);
      }
    }
    for (const path of spec.pathSet ?? []) paths.add(path);
  }
  return [...paths];
}

/**
 * Refuses a spec before anything is read that names unknown types (InvalidType), properties that a type does not have
 * (InvalidProperty) or ways that do not start at a type (InvalidArgument). documented (CreateFilter); which argument it names: assumed
 */
export function checkSpec(spec: Data<'PropertyFilterSpec'>, assumed: Assumed, version: string): void {
  const checkType = (type: string) => {
    if (type !== 'ManagedObject' && !managedDeclaration(type)) throw invalidType(type);
  };
  for (const { type, pathSet } of spec.propSet ?? []) {
    checkType(type);
    for (const path of pathSet ?? []) if (!pathExists(type, path, version)) throw invalidProperty(path, assumed);
  }
  const visit = (selection: SelectionSpec) => {
    if (!isA(selection, 'TraversalSpec')) return;
    checkType(selection.type);
    if (!pathExists(selection.type, selection.path, version)) throw invalidArgument('selectSet.path');
    for (const next of selection.selectSet ?? []) visit(next);
  };
  for (const start of spec.objectSet ?? []) for (const selection of start.selectSet ?? []) visit(selection);
}
