import { h } from './dom.js';
import { since } from './format.js';
import { levels, planes } from './model.js';

/** Rows that are drawn at once; more on demand. */
const page = 1_500;

/**
 * The timeline of an attempt: a lane for each plane, a row for each entry, and filters.
 *
 * @param {import('./model.js').Timeline} timeline
 * @param {(entry: import('./model.js').Entry) => void} onOpen
 */
export function timelineView(timeline, onOpen) {
  const rows = h('ol.rows', { keydown: (event) => move(event) });
  const status = h('p.soft', { role: 'status' });
  const more = h('button', { type: 'button', hidden: true, click: () => draw(drawn + page) }, 'Show more');
  let wanted = [];
  let drawn = page;
  let current;

  const form = h('form.filters', { input: () => apply(), submit: (event) => event.preventDefault() });
  form.append(
    h(
      'fieldset',
      {},
      h('legend', {}, 'Planes'),
      ...planes.map((plane) =>
        h(
          `label.chip.${plane}`,
          {},
          h('input', { type: 'checkbox', name: 'plane', value: plane, checked: true }),
          plane,
        ),
      ),
    ),
    h(
      'label',
      {},
      'Level ',
      h(
        'select',
        { name: 'level' },
        ...levels.map((level) => h('option', { value: level, selected: level === 'info' }, labels[level])),
      ),
    ),
    h('label.search', {}, 'Text ', h('input', { type: 'search', name: 'text', placeholder: '/ to search' })),
  );

  function apply() {
    const data = new FormData(form);
    const chosen = new Set(data.getAll('plane'));
    const rank = levels.indexOf(data.get('level'));
    const words = String(data.get('text')).toLowerCase();
    wanted = timeline.entries.filter(
      (entry) =>
        entry.seq === current ||
        (chosen.has(entry.plane) &&
          levels.indexOf(entry.level) >= rank &&
          (words === '' || textOf(timeline, entry).includes(words))),
    );
    draw(page);
  }

  function draw(count) {
    drawn = count;
    const seen = new Set(wanted);
    rows.replaceChildren(...wanted.slice(0, drawn).map((entry) => row(timeline, entry, seen, open)));
    more.hidden = wanted.length <= drawn;
    const left = [
      timeline.dropped > 0 ? `${timeline.dropped} earlier ones are left out` : '',
      timeline.omitted > 0 ? `${timeline.omitted} messages are left out` : '',
    ].filter(Boolean);
    status.textContent = [`${wanted.length} of ${timeline.entries.length} entries`, ...left].join('; ');
    mark();
  }

  function open(entry) {
    current = entry.seq;
    mark();
    onOpen(entry);
  }

  /** Marks the open entry, and what led to it or came of it. */
  function mark() {
    const entry = timeline.bySeq.get(current);
    const related = new Set(entry && [...timeline.causesOf(entry), ...effects(timeline, entry)].map(({ seq }) => seq));
    for (const button of rows.querySelectorAll('button')) {
      const seq = Number(button.dataset.seq);
      button.toggleAttribute('aria-current', seq === current);
      button.classList.toggle('related', related.has(seq));
    }
  }

  function move(event) {
    const step = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }[event.key];
    if (step === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    const buttons = [...rows.querySelectorAll('button')];
    const next = buttons[buttons.indexOf(document.activeElement) + step];
    if (!next) return;
    event.preventDefault();
    next.focus();
  }

  apply();
  return {
    node: h(
      'section.timeline',
      { 'aria-label': 'Timeline' },
      h('h3', {}, 'Timeline'),
      form,
      status,
      h('div.lanes-head', { 'aria-hidden': 'true' }, ...planes.map((plane) => h(`span.${plane}`, {}, plane))),
      rows,
      more,
    ),
    /** Shows an entry's row, whatever the filters say. */
    reveal(entry) {
      current = entry.seq;
      const index = wanted.indexOf(entry);
      if (index < 0) apply();
      if (wanted.indexOf(entry) >= drawn) draw(wanted.indexOf(entry) + page);
      mark();
      rows.querySelector(`[data-seq="${entry.seq}"]`)?.scrollIntoView({ block: 'center' });
    },
    focusRow(entry) {
      rows.querySelector(`[data-seq="${entry.seq}"]`)?.focus({ preventScroll: true });
    },
    focusSearch() {
      form.elements.text.focus();
    },
  };
}

const labels = { debug: 'everything', info: 'info and up', warn: 'warnings and errors', error: 'errors' };

function textOf(timeline, entry) {
  return `#${entry.seq} ${entry.event} ${entry.text} ${timeline.socketOf(entry) ?? ''}`.toLowerCase();
}

function effects(timeline, entry, found = new Set()) {
  for (const effect of timeline.effectsOf(entry)) {
    if (found.has(effect)) continue;
    found.add(effect);
    effects(timeline, effect, found);
  }
  return [...found];
}

function row(timeline, entry, seen, open) {
  const { seq, time, plane, level, text, event } = entry;
  const own = planes.indexOf(plane);
  const cause = planes.indexOf(timeline.causesOf(entry).find((other) => seen.has(other))?.plane);
  const lanes = h('span.lanes', { 'aria-hidden': 'true' });
  lanes.style.setProperty('--own', own);
  if (cause >= 0 && cause !== own) {
    lanes.classList.add(cause < own ? 'from-left' : 'from-right');
    lanes.style.setProperty('--low', Math.min(own, cause));
    lanes.style.setProperty('--span', Math.abs(own - cause));
  }
  const mark = level === 'warn' ? '▲ ' : level === 'error' ? '✗ ' : '';
  return h(
    `li.${plane}.${level}${event === 'lab.step' ? '.step' : ''}`,
    {},
    h(
      'button',
      { type: 'button', 'data-seq': seq, click: () => open(entry) },
      lanes,
      h('span.when', {}, since(time - timeline.begin)),
      h('span.plane', {}, plane),
      h('span.what', {}, `${mark}${text}`),
      entry.messages && h('span.has', { title: 'has messages' }, '✉'),
    ),
  );
}
