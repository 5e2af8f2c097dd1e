import { element, errorMessage, fromTemplate, successMessage } from './dom.js';
import { valuesOf } from './form.js';
import { openOperation } from './operation-window.js';
import { stateBadge } from './state-badge.js';
import { kmsStates, optionStates } from './vm-encryption-kms.js';

const columns = ['ID', 'Description', 'IP', 'Port', 'SSL Thumbprint', 'Status'];

/** The section with the table of key servers. */
export function showKms(view, { api, servicePath }) {
  view.replaceChildren(fromTemplate('kms'));
  const kmsPath = `${servicePath}/vmEncryption/kms`;
  const [messages, table, empty] = ['.messages', 'table', '.empty'].map((selector) => view.querySelector(selector));

  const load = async () => {
    try {
      const [option, list] = await Promise.all([api.call('GET', `${servicePath}/vmEncryption`), readKms(api, kmsPath)]);
      view.querySelector('#option-state').replaceChildren(stateBadge(optionStates, option.state));
      table.tBodies[0].replaceChildren(...list.map(row));
      table.hidden = list.length === 0;
      empty.hidden = list.length > 0;
    } catch (error) {
      messages.replaceChildren(errorMessage(`The KMS servers cannot be read: ${error.message}`, error));
    }
  };

  const operate = async (template, { done, ...parts }) => {
    messages.replaceChildren();
    const task = await openOperation(template, { api, servicePath, ...parts });
    await load();
    if (task?.state === 'done') messages.append(successMessage(done));
    // The button that opened the window may have gone with its row.
    if (document.activeElement === document.body) view.focus();
  };

  const add = () =>
    operate('add-kms', {
      begin: (form) => api.call('POST', kmsPath, { body: valuesOf(form) }),
      words: {
        name: 'Adding the KMS server',
        failed: 'An error has occurred adding the KMS server',
        canceled: 'KMS server creation cancelled',
      },
      done: 'The KMS server has been added.',
    });

  const edit = (kms) =>
    operate('edit-kms', {
      prepare(form) {
        showFacts(form, kms);
        form.elements.description.value = kms.description;
        form.elements.sslThumbprint.value = kms.sslThumbprint;
      },
      begin: (form) => api.call('POST', `${kmsPath}/${kms.kmsId}/changeProperties`, { body: valuesOf(form) }),
      words: {
        name: 'Changing the KMS server',
        failed: 'An error has occurred changing the KMS server',
        canceled: 'KMS server change cancelled',
      },
      done: 'The KMS server has been changed.',
    });

  const remove = (kms) =>
    operate('delete-kms', {
      prepare: (form) => showFacts(form, kms),
      begin: () => api.call('DELETE', `${kmsPath}/${kms.kmsId}`),
      words: {
        name: 'Deleting the KMS server',
        failed: 'An error has occurred deleting the KMS server',
        canceled: 'KMS server deletion cancelled',
      },
      done: 'The KMS server has been deleted.',
    });

  const row = (kms) => {
    const { kmsId, description, ip, kmsTcpPort, sslThumbprint, state } = kms;
    const thumbprint = element('code', { class: 'thumbprint' }, sslThumbprint);
    const values = [
      String(kmsId),
      description || '–',
      ip,
      String(kmsTcpPort),
      thumbprint,
      stateBadge(kmsStates, state),
    ];
    const cells = values.map((value, index) => element('td', { 'data-label': columns[index] }, value));
    return element(
      'tr',
      {},
      ...cells,
      element('td', { class: 'actions' }, button('Edit', kms, edit), button('Delete', kms, remove)),
    );
  };

  view.querySelector('#add').addEventListener('click', add);
  view.querySelector('#refresh').addEventListener('click', () => {
    messages.replaceChildren();
    return load();
  });
  return load();
}

/** The entries, each read by its id as in the control panel; one that went meanwhile is left out. */
async function readKms(api, kmsPath) {
  const ids = await api.call('GET', kmsPath);
  const entries = ids.map((id) =>
    api.call('GET', `${kmsPath}/${id}`).catch((error) => {
      if (error.status === 404) return undefined;
      throw error;
    }),
  );
  return (await Promise.all(entries)).filter((entry) => entry !== undefined);
}

function showFacts(form, kms) {
  for (const place of form.querySelectorAll('[data-fact]')) place.textContent = kms[place.dataset.fact] || '–';
}

function button(text, kms, act) {
  const made = element('button', { type: 'button', 'aria-label': `${text} KMS server ${kms.kmsId}` }, text);
  made.addEventListener('click', () => act(kms));
  return made;
}
