import { Api } from './api.js';
import { errorMessage, fromTemplate } from './dom.js';

/** What a consumer key that the control panel asks for may do: what the panel does, and no more. */
const accessRules = [
  { method: 'GET', path: '/dedicatedCloud' },
  ...['GET', 'POST', 'DELETE'].map((method) => ({ method, path: '/dedicatedCloud/*' })),
];

/**
 * Asks for the keys of an application. Without a consumer key it asks for a new one, which is granted at its validationUrl; from
 * there the browser comes back to this page, with the keys in its session.
 *
 * @param {HTMLElement} view
 * @param {object} parts
 * @param {Error} [parts.failure] why the keys of before are no good
 * @param {string} [parts.applicationKey] the application of before
 * @param {(keys: object, validationUrl?: string) => void} parts.onKeys takes the keys, and where the consumer key is granted
 */
export function showLogin(view, { failure, applicationKey = '', onKeys }) {
  view.replaceChildren(fromTemplate('login'));
  const form = view.querySelector('form');
  const fail = (error) => {
    const message = errorMessage(`You could not be logged in: ${error.message}`, error);
    view.querySelector('.messages').replaceChildren(message);
  };
  if (failure) fail(failure);
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    if (!form.reportValidity()) return;
    const keys = Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, value.trim()]));
    if (keys.consumerKey !== '') return onKeys(keys);
    try {
      const { consumerKey, state, validationUrl } = await new Api(keys, fail).requestCredential(
        accessRules,
        location.href,
      );
      onKeys({ ...keys, consumerKey }, state === 'validated' ? undefined : validationUrl);
    } catch (error) {
      fail(error);
    }
  });
  form.elements.applicationKey.value = applicationKey;
  form.elements[applicationKey === '' ? 'applicationKey' : 'applicationSecret'].focus();
}
