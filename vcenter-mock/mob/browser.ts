import { withRolesOf } from '../http/sessions.ts';
import type { ManagedObject } from '../inventory/store.ts';
import type { Vcenter } from '../vcenter.ts';
import { managedDeclaration, parseType, propertiesOf } from '../vim/kernel/registry.ts';
import { type Ref, refKey } from '../vim/kernel/values.ts';
import { compareVersions } from '../vim/kernel/version.ts';
import { type Html, html, page } from './html.ts';
import { descend, linkTo, members, type Place, Renderer, typeText } from './values.ts';

/** What a browser may ask for. */
export interface MobRequest {
  /** The user who asks. */
  readonly user: string;
  readonly moid?: string;
  readonly type?: string;
  readonly doPath?: string;
}

export interface MobAnswer {
  readonly status: 200 | 403 | 404;
  readonly body: string;
}

/** A page about one managed object, or about a data object below it: what its declaration tells, with the values now. */
export function browse(vc: Vcenter, request: MobRequest): MobAnswer {
  const { user, moid = 'ServiceInstance', doPath } = request;
  const about = `${vc.profile.version} (API ${vc.profile.apiVersion}), ${user}`;
  const found = find(vc, moid, request.type);
  const object = found && withRolesOf(user, found, vc.authorization);
  if (!object) return { status: 404, body: page('Not found', about, notice('There is no such object.', moid)) };
  const sees = (reference: Ref) => vc.authorization.sees(user, reference);
  if (!sees(object.ref)) {
    return { status: 403, body: page('No permission', about, notice('System.View is needed on this object.', moid)) };
  }
  const renderer = new Renderer(vc, object.ref, sees);
  const body = doPath ? dataPage(vc, object, doPath, user, renderer) : objectPage(vc, object, user, renderer);
  if (!body) return { status: 404, body: page('Not found', about, notice('There is no such property.', doPath ?? '')) };
  return { status: 200, body: page(`${moid}${doPath ? ` ${doPath}` : ''}`, about, body) };
}

function notice(text: string, what: string): Html {
  return html`<h1>${text}</h1><p><code>${what}</code></p>`;
}

/** Objects of sessions are nobody else's business. */
function find(vc: Vcenter, moid: string, type: string | undefined): ManagedObject | undefined {
  if (moid.startsWith('session[')) return undefined;
  if (type) return vc.store.find({ type, value: moid });
  return vc.store.list().find(({ ref }) => ref.value === moid);
}

/** True for what the simulated release has. */
const has = (vc: Vcenter, since: string | undefined) => !since || compareVersions(since, vc.profile.apiVersion) <= 0;

function table(heads: readonly string[], rows: readonly Html[]): Html {
  return html`<table><thead><tr>${heads.map((head) => html`<th scope="col">${head}</th>`)}</tr></thead><tbody>${rows}</tbody></table>`;
}

function row(name: string, type: string, value: Html): Html {
  return html`<tr><th scope="row">${name}</th><td class="type">${type}</td><td class="value">${value}</td></tr>\n`;
}

function objectPage(vc: Vcenter, object: ManagedObject, user: string, renderer: Renderer): Html {
  const properties = [...propertiesOf(object.type).values()].filter(({ since }) => has(vc, since));
  const rows = properties.map((property) => {
    const { field } = property;
    const needed = vc.authorization.propertyPrivilege(object.type, field);
    const value = vc.authorization.holds(user, needed, object)
      ? renderer.value({ value: object.read(field), type: property, path: field })
      : html`<span class="none">needs ${needed}</span>`;
    return row(field, typeText(property), value);
  });
  return html`${heading(object)}
<h2>Properties</h2>${table(['Name', 'Type', 'Value'], rows)}
<h2>Methods</h2><p class="none">This browser only reads: methods are listed, not called.</p>
${table(['Name', 'Parameters', 'Returns'], methodRows(vc, object.type))}`;
}

function heading(object: ManagedObject, path?: string): Html {
  const name = object.read('name');
  const title = typeof name === 'string' ? name : object.ref.value;
  return html`<h1>${title}</h1><p>${object.type} <a href="${linkTo(object.ref)}"><code>${object.ref.value}</code></a>${
    path ? html` &rsaquo; <code>${path}</code>` : undefined
  }</p>`;
}

function methodRows(vc: Vcenter, type: string): Html[] {
  const rows: Html[] = [];
  for (let current = managedDeclaration(type); current; current = managedDeclaration(current.base)) {
    for (const [name, { params, result, since }] of Object.entries(current.methods)) {
      if (!has(vc, since)) continue;
      const list = Object.entries(params)
        .map(([param, text]) => `${param}: ${typeText(parseType(text))}${parseType(text).optional ? '?' : ''}`)
        .join(', ');
      rows.push(
        html`<tr><th scope="row">${name}</th><td class="value">${list}</td><td class="type">${typeText(parseType(result))}</td></tr>\n`,
      );
    }
  }
  return rows;
}

function dataPage(
  vc: Vcenter,
  object: ManagedObject,
  path: string,
  user: string,
  renderer: Renderer,
): Html | undefined {
  const [, first = '', rest = ''] = /^(\w+)(.*)$/s.exec(path) ?? [];
  const property = propertiesOf(object.type).get(first);
  if (!property || !has(vc, property.since)) return undefined;
  const needed = vc.authorization.propertyPrivilege(object.type, first);
  if (!vc.authorization.holds(user, needed, object)) {
    return html`${heading(object, path)}<p class="none">needs ${needed} on ${refKey(object.ref)}</p>`;
  }
  const place = descend({ value: object.read(first), type: property, path: first }, rest);
  if (!place) return undefined;
  return html`${heading(object, path)}<h2>${typeText(place.type)}</h2>${placeTable(vc, place, renderer)}`;
}

function placeTable(vc: Vcenter, place: Place, renderer: Renderer): Html {
  const { value } = place;
  const isTable = typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
  const fields = isTable ? members(place, ({ since }) => has(vc, since)) : [];
  // What is no data object is shown as it would be in a table.
  if (fields.length === 0) return html`<p>${renderer.value(place)}</p>`;
  const rows = fields.map((field) => {
    const name = field.path.slice(place.path.length + 1);
    return row(name, typeText(field.type), renderer.value(field));
  });
  return table(['Name', 'Type', 'Value'], rows);
}
