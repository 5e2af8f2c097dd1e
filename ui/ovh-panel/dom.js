/**
 * Makes an element. Text is only ever set as text, so nothing that an API answers becomes markup.
 *
 * @param {string} name
 * @param {Record<string, string>} attributes
 * @param {(string | Node)[]} content
 */
export function element(name, attributes = {}, ...content) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...content);
  return made;
}

/** A copy of what a template of the page holds. */
export function fromTemplate(id) {
  return document.getElementById(id).content.cloneNode(true);
}

/** What went wrong, with the id by which OVHcloud's support would find the call. */
export function errorMessage(text, { queryId }) {
  const box = element('div', { class: 'message error', role: 'alert' }, element('p', {}, text));
  if (queryId) box.append(element('p', { class: 'query-id' }, 'X-OVH-QUERYID ', element('code', {}, queryId)));
  return box;
}

/** Tells of something that went well. */
export function successMessage(text) {
  return element('div', { class: 'message success', role: 'status' }, element('p', {}, text));
}
