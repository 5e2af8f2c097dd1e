// The dashboard: a client of the control API and of nothing else. It polls, because a lab lives for minutes, not months.

const pollMilliseconds = 1_000;
const keptEntries = 5_000;
const levels = ['debug', 'info', 'warn', 'error'];

/** @type {{ seq: number, time: number, plane: string, level: string, event: string, text: string, data?: object, cause?: number }[]} */
let entries = [];

const byId = (id) => document.getElementById(id);
const filter = byId('filter');

function element(name, text, attributes = {}) {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

async function read(path) {
  const response = await fetch(path);
  if (!response.ok) throw new Error(`${path} answered ${response.status}`);
  return response.json();
}

function showTimeline() {
  const { plane, level, text } = Object.fromEntries(new FormData(filter));
  const wanted = entries.filter(
    (entry) =>
      (plane === '' || entry.plane === plane) &&
      levels.indexOf(entry.level) >= levels.indexOf(level) &&
      `${entry.event} ${entry.text}`.toLowerCase().includes(text.toLowerCase()),
  );
  byId('timeline').replaceChildren(...wanted.slice(-500).reverse().map(showEntry));
}

function showEntry(entry) {
  const item = element('li', undefined, { class: entry.level });
  const details = element('details');
  const summary = element('summary');
  const time = new Date(entry.time).toISOString().slice(11, 23);
  summary.append(element('span', time), element('span', entry.plane), element('span', entry.text));
  const { seq, event, cause, data } = entry;
  details.append(summary, element('pre', JSON.stringify({ seq, event, cause, data }, undefined, 2)));
  item.append(details);
  return item;
}

function showKms(list) {
  const tables = list.map((kms) => {
    const head = element('p');
    head.append(`${kms.name} at ${kms.address}:${kms.port}, SHA-1 `, element('code', kms.certificate.sha1));
    const table = element('table');
    const titles = ['Unique Identifier', 'Object Type', 'State', 'Owner', 'x-Name'];
    table.append(row('th', titles));
    for (const object of kms.objects) {
      const name = object.customAttributes?.['x-Name'] ?? '';
      table.append(row('td', [object.uniqueIdentifier, object.objectType, object.state ?? '', object.owner, name]));
    }
    return [head, kms.objects.length > 0 ? table : element('p', 'It holds no objects.')];
  });
  byId('kms').replaceChildren(...tables.flat());
}

function row(cell, texts) {
  const made = element('tr');
  made.append(...texts.map((text) => element(cell, text)));
  return made;
}

async function poll() {
  try {
    const after = entries.at(-1)?.seq ?? 0;
    const [health, journal, kms] = await Promise.all([read('health'), read(`journal?after=${after}`), read('kms')]);
    byId('status').textContent = `up, clock ${health.time}, seed ${health.seed}`;
    showKms(kms);
    if (journal.entries.length > 0) {
      entries = [...entries, ...journal.entries].slice(-keptEntries);
      showTimeline();
    }
  } catch (error) {
    byId('status').textContent = `the lab does not answer: ${error.message}`;
  }
  setTimeout(poll, pollMilliseconds);
}

filter.addEventListener('input', showTimeline);
poll();
