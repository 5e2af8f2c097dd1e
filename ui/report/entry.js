import { copyButton, h } from './dom.js';
import { prettyBody, since } from './format.js';

/**
 * All that is known of an entry.
 *
 * @param {import('./model.js').Timeline} timeline
 * @param {import('./model.js').Entry} entry
 * @param {{ open(entry: import('./model.js').Entry): void, close(): void }} hands
 */
export function entryView(timeline, entry, { open, close }) {
  const step = timeline.steps.get(entry.seq);
  const holder = timeline.messageHolder(entry);
  const to = (other) =>
    h(
      'li',
      {},
      h('button.link', { type: 'button', click: () => open(other) }, `#${other.seq} ${other.plane}: ${other.text}`),
    );
  const list = (title, entries) =>
    entries.length > 0 ? section(title, h('ol.links', {}, ...entries.map(to))) : undefined;
  return [
    h(
      'div.entry-head',
      {},
      h('h3', {}, `#${entry.seq} ${entry.event}`),
      h('button', { type: 'button', click: close, 'aria-label': 'Close' }, '✕'),
    ),
    h(`p.said.${entry.level}`, {}, entry.text),
    facts({
      Time: `${new Date(entry.time).toISOString()} (${since(entry.time - timeline.begin)})`,
      Plane: entry.plane,
      Level: entry.level,
      Socket: timeline.socketOf(entry),
      Step: step && step !== entry ? step.text : undefined,
    }),
    ...messages(timeline, entry, holder),
    list('Because of', timeline.causesOf(entry)),
    list('Led to', timeline.effectsOf(entry)),
    entry.data && section('Data', h('pre', {}, JSON.stringify(entry.data, undefined, 2))),
  ].filter(Boolean);
}

function section(title, ...content) {
  return h('section', {}, h('h4', {}, title), ...content);
}

function facts(values) {
  const rows = Object.entries(values).filter(([, value]) => value !== undefined);
  return h('dl', {}, ...rows.flatMap(([name, value]) => [h('dt', {}, name), h('dd', {}, value)]));
}

const forms = { kmip: 'KMIP', xml: 'SOAP', json: 'JSON' };

function messages(timeline, entry, holder) {
  if (!holder) return [];
  const from = holder === entry ? '' : ` of #${holder.seq} ${holder.text}`;
  return holder.messages.map(({ direction, body }) => {
    const message = timeline.bodies[body];
    const text = prettyBody(message);
    return section(
      `${direction === 'request' ? 'Request' : 'Answer'}, ${forms[message.form]}${from}`,
      h('div.body', {}, copyButton(text), h('pre', { tabindex: 0 }, text)),
      message.cut ? h('p.soft', {}, `${message.cut} more characters were cut off.`) : undefined,
    );
  });
}
