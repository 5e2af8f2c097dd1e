import { errorMessage, fromTemplate } from './dom.js';
import { watchForm } from './form.js';
import { hasEnded, isWaitingForCustomer, pollingDelay } from './vm-encryption-kms.js';

/**
 * Opens a window that leads through an operation: a form, then the task that it began. While the task runs the window stays;
 * only done and canceled let it be closed (documented by the control panel's sources).
 *
 * @param {string} template a dialog with one form
 * @param {object} parts
 * @param {import('./api.js').Api} parts.api
 * @param {string} parts.servicePath the path of the service in the API
 * @param {(form: HTMLFormElement) => void} [parts.prepare] fills the form
 * @param {(form: HTMLFormElement) => Promise<{ taskId: number }>} parts.begin sends it; answers the task
 * @param {{ name: string, failed: string, canceled: string }} parts.words what the operation is called before its task answers,
 *   what is said before the message of the API, and before the description of a canceled task
 * @returns {Promise<object | undefined>} the task as it was last seen; undefined when none was begun
 */
export async function openOperation(template, { api, servicePath, prepare, begin, words }) {
  const dialog = fromTemplate(template).firstElementChild;
  const form = dialog.querySelector('form');
  prepare?.(form);
  watchForm(form);
  document.body.append(dialog);
  dialog.addEventListener('click', ({ target }) => {
    if (target.closest('[data-close]')) dialog.close();
  });
  const state = { task: undefined };
  const closed = new Promise((resolve) => dialog.addEventListener('close', resolve, { once: true }));
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    if (form.checkValidity()) run(dialog, form, state, { api, servicePath, begin, words });
  });
  dialog.showModal();
  await closed;
  dialog.remove();
  return state.task;
}

/** The second step: begins the operation and follows its task. */
async function run(dialog, form, state, { api, servicePath, begin, words }) {
  const view = taskView(dialog, form, words);
  // Escape too: refusing its event would stop only the first one.
  dialog.setAttribute('closedby', 'none');
  const mayClose = () => {
    dialog.setAttribute('closedby', 'closerequest');
    view.finish.disabled = false;
    view.finish.focus();
  };
  let begun;
  try {
    begun = await begin(form);
  } catch (error) {
    view.refuse(`${words.failed}: ${error.message}`, error);
    return mayClose();
  }
  for (;;) {
    try {
      state.task = await api.call('GET', `${servicePath}/task/${begun.taskId}`);
      view.show(state.task);
      if (hasEnded(state.task)) return mayClose();
      if (state.task.state === 'error') return view.failTask();
    } catch (error) {
      view.fail(`The operation cannot be followed: ${error.message}`, error);
      // Nothing will come any more; what is only away for a moment is asked again.
      if (error.status >= 400 && error.status < 500) return mayClose();
    }
    await new Promise((resolve) => setTimeout(resolve, pollingDelay));
  }
}

/** Puts the view of a task in the place of the form. */
function taskView(dialog, form, words) {
  const view = fromTemplate('task').firstElementChild;
  form.replaceWith(view);
  view.focus();
  const [first, second] = dialog.querySelectorAll('.steps li');
  first?.removeAttribute('aria-current');
  second?.setAttribute('aria-current', 'step');
  const [operation, bar, waiting, messages] = ['.operation', '.bar', '.waiting', '.messages'].map((selector) =>
    view.querySelector(selector),
  );
  const details = view.querySelector('#task-details');
  operation.textContent = `Operation ${words.name}: pending`;
  details.textContent = '0 %';
  const fail = (text, error) => messages.replaceChildren(errorMessage(text, error));
  return {
    finish: view.querySelector('[data-close]'),
    show(task) {
      const { name, state, progress, description } = task;
      messages.replaceChildren();
      operation.textContent = `Operation ${name}: ${state}`;
      bar.hidden = isWaitingForCustomer(task);
      waiting.hidden = !bar.hidden;
      view.querySelector('progress').value = progress;
      const text = `${progress} %${description ? ` (${description})` : ''}`;
      details.textContent = state === 'canceled' ? `${words.canceled}: ${description}` : text;
      view.dataset.state = state;
    },
    /** The task is in error; what is behind it stands beside its progress. */
    failTask() {
      const link = document.createElement('a');
      // As in the control panel there is no way out of the window but to load the page again.
      link.href = '';
      link.textContent = 'Load the page again';
      view.querySelector('[data-close]').hidden = true;
      const message = errorMessage('The operation has failed.', {});
      message.append(link);
      messages.replaceChildren(message);
      link.focus();
    },
    /** The API began no task. */
    refuse(text, error) {
      operation.hidden = true;
      bar.hidden = true;
      view.querySelector('[data-close]').textContent = 'Close';
      fail(text, error);
    },
    fail,
  };
}
