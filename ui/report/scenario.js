import { copyButton, h } from './dom.js';
import { entryView } from './entry.js';
import { duration } from './format.js';
import { Timeline } from './model.js';
import { timelineView } from './timeline.js';

const marks = { passed: '✓', failed: '✗', error: '✗', flaky: '~', skipped: '–' };

/** A word for a status, with its mark. */
export function badge(status) {
  return h(`span.badge.${status}`, {}, `${marks[status]} ${status === 'error' ? 'not run' : status}`);
}

/**
 * One scenario: what failed and why, its steps, its timeline.
 *
 * @param {{ aside: HTMLElement, attempt?: number, entry?: number, onState(state: { attempt: number, entry?: number }): void }} hands
 */
export function scenarioView(scenario, { aside, attempt = scenario.attempts.length, entry, onState }) {
  const { name, description, file, tags, status, replay, reason, attempts } = scenario;
  const shown = attempts[attempt - 1];
  const timeline = shown?.timeline && new Timeline(shown.timeline);
  const view = timeline && timelineView(timeline, (one) => open(one));
  let opener;

  function open(one) {
    opener ??= document.activeElement;
    aside.hidden = false;
    aside.replaceChildren(
      ...entryView(timeline, one, {
        open: (other) => {
          open(other);
          view.reveal(other);
        },
        close,
      }),
    );
    aside.scrollTop = 0;
    onState({ attempt, entry: one.seq });
  }

  function close() {
    if (aside.hidden) return false;
    aside.hidden = true;
    onState({ attempt });
    opener?.focus?.();
    opener = undefined;
    return true;
  }

  /** A line of a chain leads to its entry. */
  const goTo = (seq) => {
    const one = timeline?.bySeq.get(seq);
    if (!one) return undefined;
    return () => {
      opener = document.activeElement;
      open(one);
      view.reveal(one);
    };
  };

  const nodes = [
    h('div.title', {}, h('h2', {}, name), badge(status)),
    description && h('p.description', {}, description),
    h('p.soft', {}, [file, ...tags.map((tag) => `#${tag}`)].join(' ')),
    reason && h('p', {}, `Skipped: ${reason}`),
    h('div.replay', {}, h('code', {}, replay), copyButton(replay)),
    attempts.length > 1 && attemptTabs(attempts, attempt, (number) => onState({ attempt: number })),
    ...(shown ? attemptNodes(shown, goTo) : []),
    view?.node,
    shown &&
      !view &&
      h('p.soft', {}, 'The timeline of this scenario is not in the report; --timeline all puts it there.'),
  ].filter(Boolean);
  aside.hidden = true;
  const first = entry === undefined ? undefined : timeline?.bySeq.get(entry);
  return {
    nodes,
    close,
    focusSearch: () => view?.focusSearch(),
    /** Once the nodes are on the page. */
    ready() {
      if (!first) return;
      open(first);
      view.reveal(first);
    },
  };
}

function attemptTabs(attempts, chosen, choose) {
  const tabs = attempts.map(({ status }, index) =>
    h(
      'button',
      { type: 'button', 'aria-pressed': String(index + 1 === chosen), click: () => choose(index + 1) },
      `Attempt ${index + 1}: ${status}`,
    ),
  );
  return h('div.tabs', { role: 'group', 'aria-label': 'Attempts' }, ...tabs);
}

function attemptNodes({ steps, problem, start, seed, milliseconds, notes = [], faults = [] }, goTo) {
  return [
    h('p.soft', {}, `${seed === undefined ? '' : `seed ${seed}, `}${duration(milliseconds)}`),
    problem && h('section.failure', {}, h('p.problem', {}, problem), ...(start ? reasonNodes(start, goTo) : [])),
    ...steps.filter(({ status }) => status === 'failed').map((step) => failureNode(step, goTo)),
    ...notes.map((note) => h('p.hint', {}, `Note: ${note}`)),
    faults.length > 0 && faultTable(faults),
    stepsNode(steps, goTo),
  ].filter(Boolean);
}

function numberOf({ section, number }) {
  return `${section === 'steps' ? 'step' : section} ${number}`;
}

/** What failed, why, in which message, on which socket. */
function failureNode(step, goTo) {
  const { verb, problem, title, line, column } = step;
  return h(
    'section.failure',
    { 'aria-label': `Failure of ${numberOf(step)}` },
    h('h3', {}, `✗ ${numberOf(step)}: ${title}`),
    h('p.problem', {}, `${verb}: ${problem ?? ''}`),
    ...reasonNodes(step, goTo),
    h('p.soft', {}, `line ${line}, column ${column} of the file`),
  );
}

function reasonNodes(reasons, goTo) {
  const { origin = {}, hints = [] } = reasons;
  const { why, message, socket, entry } = origin;
  const rows = { Why: why, Message: message, Socket: socket && socketText(socket) };
  const show = entry === undefined ? undefined : goTo(entry);
  const lines = Object.entries(rows).filter(([, value]) => value !== undefined);
  return [
    h('dl.origin', {}, ...lines.flatMap(([name, value]) => [h('dt', {}, name), h('dd', {}, value)])),
    show && h('p', {}, h('button', { type: 'button', click: show }, 'Show the message')),
    ...hints.map((hint) => h('p.hint', {}, hint)),
    ...chainsOf(reasons, goTo),
  ].filter(Boolean);
}

function socketText({ from, client = '', to, server, about }) {
  return `${from} ${client} → ${to} ${server}${about === undefined ? '' : ` (${about})`}`;
}

function chainsOf({ chains, chainEntries = [] }, goTo) {
  return chains.map((lines, index) =>
    h(
      'div.chain',
      {},
      ...lines.map((line, at) => {
        const go = goTo(chainEntries[index]?.[at]);
        const [, branch, plane, text] = /^([│├└─ ]*)(\w+) *(.*)$/s.exec(line) ?? [undefined, '', '', line];
        const content = [
          h('span.branch', { 'aria-hidden': 'true' }, branch),
          h(`span.plane.${plane}`, {}, plane),
          h('span', {}, text),
        ];
        return go ? h('button.line', { type: 'button', click: go }, ...content) : h('div.line', {}, ...content);
      }),
    ),
  );
}

function faultTable(faults) {
  return h(
    'section',
    {},
    h('h3', {}, 'Faults'),
    h(
      'table.faults',
      {},
      h(
        'thead',
        {},
        h('tr', {}, ...['fault', 'at', 'calls that match', 'fired'].map((title) => h('th', { scope: 'col' }, title))),
      ),
      h(
        'tbody',
        {},
        ...faults.map(({ id, at, matched, fired }) =>
          h(
            fired === 0 ? 'tr.never' : 'tr',
            {},
            h('td', {}, id),
            h('td', {}, at),
            h('td', {}, String(matched)),
            h('td', {}, fired === 0 ? 'never' : `${fired} ×`),
          ),
        ),
      ),
    ),
  );
}

function stepsNode(steps, goTo) {
  const failed = steps.some(({ status }) => status === 'failed');
  return h(
    'details.steps',
    { open: failed || steps.length <= 12 },
    h('summary', {}, h('h3', {}, `Steps (${steps.length})`)),
    h('ol', {}, ...steps.map((step) => stepNode(step, goTo))),
  );
}

function stepNode(step, goTo) {
  const { status, title, milliseconds, clockMilliseconds, section, number, verb, attempts = 1 } = step;
  const clock = clockMilliseconds >= 1_000 ? `, ${duration(clockMilliseconds)} on the clock` : '';
  const tries = attempts > 1 ? `, ${attempts} attempts` : '';
  const time = status === 'skipped' ? 'skipped' : `${duration(milliseconds)}${clock}${tries}`;
  const head = [
    h(`span.mark.${status}`, {}, marks[status]),
    h('span.number', {}, section === 'steps' ? String(number) : `${section[0]}${number}`),
    h('span', {}, title),
    h('code', {}, verb),
    h('span.soft', {}, time),
  ];
  if (status === 'failed' || step.chains.length === 0) return h('li', {}, h('div.step-line', {}, ...head));
  return h('li', {}, h('details', {}, h('summary.step-line', {}, ...head), ...chainsOf(step, goTo)));
}
