import { h } from './dom.js';
import { duration } from './format.js';
import { scenariosOf } from './model.js';
import { badge, scenarioView } from './scenario.js';

const byId = (id) => document.getElementById(id);
const report = JSON.parse(byId('report').textContent);
const scenarios = scenariosOf(report);
const statuses = ['failed', 'error', 'flaky', 'passed', 'skipped'];

/** What is shown, as the address says: `#scenario=2&attempt=1&entry=80`. */
function stateOfAddress() {
  const values = new URLSearchParams(location.hash.slice(1));
  const number = (name) => (values.has(name) ? Number(values.get(name)) : undefined);
  return { scenario: number('scenario') ?? 1, attempt: number('attempt'), entry: number('entry') };
}

function addressOf(state) {
  const values = Object.entries(state).filter(([, value]) => value !== undefined);
  return `#${new URLSearchParams(values.map(([name, value]) => [name, String(value)]))}`;
}

function showHead() {
  const { summary, exitCode, started, milliseconds, keyrig, shard, problems } = report;
  const counts = statuses
    .filter((status) => summary[status] > 0)
    .map((status) => h(`span.badge.${status}`, {}, `${summary[status]} ${status === 'error' ? 'not run' : status}`));
  const part = shard ? `, shard ${shard.index}/${shard.count}` : '';
  byId('head').append(
    h('h1', {}, 'keyrig report'),
    h('div.counts', {}, ...counts),
    h(
      'p.soft',
      {},
      `${summary.scenarios} scenarios in ${duration(milliseconds)}, ${started}${part}, keyrig ${keyrig}, exit code ${exitCode}`,
    ),
    ...problems.map((problem) => h('p.problem', { role: 'alert' }, problem)),
  );
  const worst = exitCode === 0 ? '✓' : '✗';
  document.title = `${worst} keyrig report: ${summary.failed + summary.error} of ${summary.scenarios} failed`;
}

function showList() {
  const items = scenarios.map((scenario, index) => {
    const { name, status, file } = scenario;
    const link = h(
      'a',
      { href: addressOf({ scenario: index + 1 }) },
      badge(status),
      h('span', {}, name),
      h('small', {}, file),
    );
    return { item: h('li', {}, link), text: `${name} ${status} ${file}`.toLowerCase() };
  });
  const filter = h('input', {
    type: 'search',
    placeholder: 'Find a scenario',
    'aria-label': 'Find a scenario',
    input: () => {
      for (const { item, text } of items) item.hidden = !text.includes(filter.value.toLowerCase());
    },
  });
  byId('scenarios').append(...(scenarios.length > 8 ? [filter] : []), h('ol', {}, ...items.map(({ item }) => item)));
}

let shown;
let state = {};

function show() {
  const next = stateOfAddress();
  const same = shown && next.scenario === state.scenario && (next.attempt ?? state.attempt) === state.attempt;
  if (same && next.entry === state.entry) return;
  const scenario = scenarios[next.scenario - 1];
  const article = byId('scenario');
  if (!scenario) {
    article.replaceChildren(h('p', {}, 'There is no such scenario in this report.'));
    return;
  }
  for (const link of byId('scenarios').querySelectorAll('a')) {
    link.toggleAttribute('aria-current', link.hash === addressOf({ scenario: next.scenario }));
  }
  state = { ...next, attempt: next.attempt ?? scenario.attempts.length };
  shown = scenarioView(scenario, {
    aside: byId('entry'),
    attempt: state.attempt,
    entry: next.entry,
    onState: ({ attempt, entry }) => {
      const other = attempt !== state.attempt;
      if (!other) state = { ...state, entry };
      const address = addressOf({ scenario: next.scenario, attempt, entry });
      if (other) location.hash = address;
      else history.replaceState(undefined, '', address);
    },
  });
  article.replaceChildren(...shown.nodes);
  shown.ready();
}

addEventListener('hashchange', show);
addEventListener('keydown', (event) => {
  const typing = event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement;
  if (event.key === 'Escape' && shown?.close()) event.preventDefault();
  else if (event.key === '/' && !typing) {
    event.preventDefault();
    shown?.focusSearch();
  }
});

showHead();
showList();
show();
