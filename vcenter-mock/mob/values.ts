import type { Vcenter } from '../vcenter.ts';
import { dataDeclaration, type Field, fieldsOf, type TypeUse } from '../vim/kernel/registry.ts';
import { isAnyValue, isRef, type Ref } from '../vim/kernel/values.ts';
import { type Html, html } from './html.ts';

/** A value with its declared type, on the way down from a managed object. */
export interface Place {
  readonly value: unknown;
  readonly type: TypeUse;
  /** The way here from the managed object: `config.hardware.device[3]`. */
  readonly path: string;
}

/** Entries of a list that a page shows. */
const listLimit = 500;

export function typeText({ name, target, array }: TypeUse): string {
  return `${target ?? name}${array ? '[]' : ''}`;
}

/** The type that a value has, where a base or anything is declared. */
function actualType(value: unknown, type: TypeUse): TypeUse {
  if (isAnyValue(value)) {
    const array = value.anyType.endsWith('[]');
    return { ...type, name: value.anyType.replace(/\[\]$/, ''), array };
  }
  const own = (value as { _type?: string } | null | undefined)?._type;
  return own && !Array.isArray(value) ? { ...type, name: own } : type;
}

/** The place with the type its value has. */
export function settled({ value, type, path }: Place): Place {
  const plain = isAnyValue(value) ? value.value : value;
  return { value: plain, type: actualType(isAnyValue(value) ? value : plain, type), path };
}

/** Goes down from a place by a path; undefined when it leads nowhere. */
export function descend(start: Place, path: string): Place | undefined {
  let place = settled(start);
  for (const [, name, index] of path.matchAll(/\.?(\w+)|\[(\d+)\]/g)) {
    const next = name === undefined ? entry(place, Number(index)) : member(place, name);
    if (!next) return undefined;
    place = settled(next);
  }
  return place;
}

function entry({ value, type, path }: Place, index: number): Place | undefined {
  if (!Array.isArray(value) || index >= value.length) return undefined;
  return { value: value[index], type: { ...type, array: false }, path: `${path}[${index}]` };
}

function member({ value, type, path }: Place, name: string): Place | undefined {
  const field = fieldsOf(type.name).get(name);
  if (!field || typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return { value: (value as Record<string, unknown>)[name], type: field, path: `${path}.${name}` };
}

/** The fields of a data object, as places. */
export function members(place: Place, shown: (field: Field) => boolean): Place[] {
  return [...fieldsOf(place.type.name).values()].filter(shown).flatMap(({ field }) => member(place, field) ?? []);
}

export function linkTo(reference: Ref): string {
  return `/mob/?moid=${encodeURIComponent(reference.value)}&type=${encodeURIComponent(reference.type)}`;
}

/** What tells one data object of a list from the others: its label, name or key. */
function labelOf(value: object): string {
  const { deviceInfo, name, key } = value as { deviceInfo?: { label?: unknown }; name?: unknown; key?: unknown };
  const label = [deviceInfo?.label, name, key].find((one) => typeof one === 'string' || typeof one === 'number');
  return label === undefined ? '' : ` (${label})`;
}

/** Links from one object's page. */
export class Renderer {
  readonly #vc: Vcenter;
  readonly #object: Ref;
  readonly #sees: (reference: Ref) => boolean;

  constructor(vc: Vcenter, object: Ref, sees: (reference: Ref) => boolean) {
    this.#vc = vc;
    this.#object = object;
    this.#sees = sees;
  }

  /** A value as it stands in a table. */
  value(place: Place): Html {
    const { value, type, path } = settled(place);
    if (value === undefined || value === null) return html`<span class="none">unset</span>`;
    if (Array.isArray(value)) return this.#list({ value, type, path }, value);
    if (isRef(value)) return this.#reference(value);
    if (value instanceof Date) return html`<code>${value.toISOString()}</code>`;
    if (typeof value === 'object') return html`${this.#down(path, type.name)}${labelOf(value)}`;
    return html`<code>${typeof value === 'string' ? JSON.stringify(value) : String(value)}</code>`;
  }

  #list(place: Place, values: readonly unknown[]): Html {
    if (values.length === 0) return html`<span class="none">empty</span>`;
    // A list of lines is read at a glance; a list of tables is one click away.
    const items = values.slice(0, listLimit).map((_value, index) => {
      const one = entry(place, index);
      return html`<li>${one ? this.value(one) : undefined}</li>`;
    });
    const more = values.length - items.length;
    return html`<ul>${items}${more > 0 ? html`<li class="none">and ${more} more</li>` : undefined}</ul>`;
  }

  #reference(reference: Ref): Html {
    const object = this.#sees(reference) ? this.#vc.store.find(reference) : undefined;
    if (!object) return html`<code>${reference.type}:${reference.value}</code>`;
    const name = object.read('name');
    return html`<a href="${linkTo(reference)}">${reference.value}</a>${typeof name === 'string' ? ` (${name})` : ''}`;
  }

  #down(path: string, type: string): Html {
    const label = dataDeclaration(type) ? type : 'value';
    const target = `${linkTo(this.#object)}&doPath=${encodeURIComponent(path)}`;
    return html`<a href="${target}">${label}</a>`;
  }
}
