import { element, errorMessage, fromTemplate } from './dom.js';
import { stateBadge } from './state-badge.js';
import { taskStates } from './vm-encryption-kms.js';

const columns = ['ID', 'Operation', 'State', 'Progress', 'Description', 'Started', 'Last change'];
const pageSize = 10;

/** The tasks of a service, the newest first. */
export function showOperations(view, { api, servicePath }) {
  view.replaceChildren(fromTemplate('operations'));
  const [messages, table, empty, pages] = ['.messages', 'table', '.empty', '.pages'].map((selector) =>
    view.querySelector(selector),
  );
  const [newer, older] = ['#newer', '#older'].map((selector) => view.querySelector(selector));
  let number = 1;
  const descriptions = new Map();

  /** What a task's robot says that it does; a robot that the API does not know has no description (documented). */
  const describe = (name) => {
    if (!descriptions.has(name)) {
      const robot = api.call('GET', `${servicePath}/robot/${encodeURIComponent(name)}`).catch((error) => {
        if (error.status === 404) return { description: null };
        throw error;
      });
      descriptions.set(name, robot);
    }
    return descriptions.get(name);
  };

  const load = async () => {
    messages.replaceChildren();
    try {
      const page = await api.page(`${servicePath}/task`, { number, size: pageSize, sort: 'taskId' });
      const robots = await Promise.all(page.objects.map(({ name }) => describe(name)));
      table.tBodies[0].replaceChildren(...page.objects.map((task, index) => row(task, robots[index].description)));
      table.hidden = page.objects.length === 0;
      empty.hidden = !table.hidden;
      pages.hidden = page.pages < 2;
      view.querySelector('#page-number').textContent = `Page ${number} of ${page.pages}`;
      newer.disabled = number <= 1;
      older.disabled = number >= page.pages;
    } catch (error) {
      messages.replaceChildren(errorMessage(`The operations cannot be read: ${error.message}`, error));
    }
  };
  const turn = (by) => () => {
    number += by;
    return load();
  };
  view.querySelector('#refresh').addEventListener('click', load);
  newer.addEventListener('click', turn(-1));
  older.addEventListener('click', turn(1));
  return load();
}

function row(task, about) {
  const { taskId, name, state, progress, description, executionDate, lastModificationDate } = task;
  const values = [
    String(taskId),
    about ? element('span', { title: name }, about) : name,
    stateBadge(taskStates, state),
    `${progress} %`,
    description ?? '–',
    moment(executionDate),
    moment(lastModificationDate),
  ];
  return element('tr', {}, ...values.map((value, index) => element('td', { 'data-label': columns[index] }, value)));
}

function moment(date) {
  if (date === null) return '–';
  return element('time', { datetime: date }, new Date(date).toLocaleString());
}
