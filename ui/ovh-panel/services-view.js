import { element, errorMessage, fromTemplate } from './dom.js';

/** The customer's services, each with the way to its sections. */
export async function showServices(view, { api }) {
  view.replaceChildren(fromTemplate('services'));
  try {
    const names = await api.call('GET', '/dedicatedCloud');
    view.querySelector('.services').replaceChildren(...names.map(service));
  } catch (error) {
    view
      .querySelector('.messages')
      .replaceChildren(errorMessage(`The services cannot be read: ${error.message}`, error));
  }
}

function service(name) {
  return element('li', {}, element('a', { href: securityUrl(name) }, name));
}

/** Where the section of a service's key servers is. */
export function securityUrl(serviceName) {
  return `/manager/dedicatedCloud/${encodeURIComponent(serviceName)}/security/kms`;
}

/** Where the section of a service's tasks is. */
export function operationsUrl(serviceName) {
  return `/manager/dedicatedCloud/${encodeURIComponent(serviceName)}/operations`;
}
