// The dashboard: a client of the control API and of nothing else. It follows the timeline live and asks for the rest when something
// has happened.

import { call, follow, Refusal, useToken } from './control-client.js';

const keptEntries = 5_000;
const shownEntries = 500;
const levels = ['debug', 'info', 'warn', 'error'];
/** How often what a busy lab tells is shown, and how often its state is asked for (ms). */
const pace = 200;

/** @type {{ seq: number, time: number, plane: string, level: string, event: string, text: string, data?: object, cause?: number }[]} */
let entries = [];
let connected = false;

const byId = (id) => document.getElementById(id);
const filter = byId('filter');

function element(name, text, attributes = {}) {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

function table(titles, rows) {
  const made = element('table');
  const head = element('thead');
  head.append(row('th', titles));
  const body = element('tbody');
  body.append(...rows.map((cells) => row('td', cells)));
  made.append(head, body);
  const frame = element('div', undefined, { class: 'frame' });
  frame.append(made);
  return frame;
}

function row(cell, contents) {
  const made = element('tr');
  made.append(
    ...contents.map((content) => {
      const one = element(cell);
      one.append(content);
      return one;
    }),
  );
  return made;
}

/** Calls a function soon, once for all that ask meanwhile. */
function paced(work) {
  let isDue = false;
  return () => {
    if (isDue) return;
    isDue = true;
    setTimeout(() => {
      isDue = false;
      void work();
    }, pace);
  };
}

const showTimeline = paced(() => {
  const { plane, level, text } = Object.fromEntries(new FormData(filter));
  const wanted = entries.filter(
    (entry) =>
      (plane === '' || entry.plane === plane) &&
      levels.indexOf(entry.level) >= levels.indexOf(level) &&
      `${entry.event} ${entry.text}`.toLowerCase().includes(text.toLowerCase()),
  );
  const timeline = byId('timeline');
  // What is there already stays: somebody may be reading it.
  const present = new Map([...timeline.children].map((item) => [item.dataset.seq, item]));
  const items = wanted.slice(-shownEntries).reverse();
  timeline.replaceChildren(...items.map((entry) => present.get(String(entry.seq)) ?? showEntry(entry)));
});

function showEntry(entry) {
  const item = element('li', undefined, { class: entry.level, 'data-seq': String(entry.seq) });
  const details = element('details');
  const summary = element('summary');
  const time = new Date(entry.time).toISOString().slice(11, 23);
  summary.append(element('span', time), element('span', entry.plane), element('span', entry.text));
  const { seq, event, cause, data } = entry;
  details.append(summary, element('pre', JSON.stringify({ seq, event, cause, data }, undefined, 2)));
  item.append(details);
  return item;
}

const lock = (encrypted, state) => (encrypted ? (state === 'locked' ? 'locked' : 'encrypted') : 'plain');

function showKms(list) {
  const parts = list.flatMap((kms) => {
    const head = element('p');
    head.append(`${kms.name} at ${kms.address}:${kms.port}, SHA-1 `, element('code', kms.certificate.sha1));
    if (kms.objects.length === 0) return [head, element('p', 'It holds no objects.', { class: 'quiet' })];
    const rows = kms.objects.map((object) => {
      const name = object.customAttributes?.['x-Name'] ?? '';
      return [object.uniqueIdentifier, object.objectType, object.state ?? '', object.owner, name];
    });
    return [head, table(['Unique Identifier', 'Object Type', 'State', 'Owner', 'x-Name'], rows)];
  });
  byId('kms').replaceChildren(...parts);
}

function showVcenter({ url, version, keyProviders, hosts, vms }) {
  const providers = keyProviders.flatMap(({ id, isDefault, servers }) =>
    servers.map(({ name, address, port, isReachable }) => [
      isDefault ? `${id} (default)` : id,
      name,
      `${address}:${port}`,
      isReachable ? 'open' : 'shut',
    ]),
  );
  byId('vcenter').replaceChildren(
    element('p', `vCenter ${version} at ${url}`),
    providers.length > 0
      ? table(['Key provider', 'Server', 'Address', 'Gateway'], providers)
      : element('p', 'It has no key provider.', { class: 'quiet' }),
    table(
      ['Virtual machine', 'Host', 'Power', 'Files', 'Disks'],
      vms.map(({ name, host, powerState, encrypted, cryptoState, disks }) => [
        name,
        host ?? '',
        powerState,
        element('span', lock(encrypted, cryptoState), { class: lock(encrypted, cryptoState) }),
        disks.map((disk) => `${disk.label} ${lock(disk.encrypted)}`).join(', '),
      ]),
    ),
    table(
      ['Host', 'Connection', 'Power', 'Crypto state'],
      hosts.map(({ name, connectionState, powerState, cryptoState, inMaintenanceMode }) => [
        inMaintenanceMode ? `${name} (maintenance)` : name,
        connectionState,
        powerState,
        cryptoState ?? '',
      ]),
    ),
  );
}

function showOvh({ services, tasks }) {
  const parts = services.flatMap(({ serviceName, vmEncryption, kms }) => [
    element('p', `${serviceName}: encryption ${vmEncryption}`),
    ...(kms.length > 0
      ? [
          table(
            ['KMS', 'State', 'Gateway'],
            kms.map(({ ip, kmsTcpPort, state, isFlowOpen }) => [
              `${ip}:${kmsTcpPort}`,
              state,
              isFlowOpen ? 'open' : 'shut',
            ]),
          ),
        ]
      : []),
  ]);
  const latest = tasks.slice(-5).reverse();
  if (latest.length > 0) {
    const rows = latest.map(({ taskId, name, state, progress }) => [String(taskId), name, state, `${progress} %`]);
    parts.push(table(['Task', 'Name', 'State', 'Progress'], rows));
  }
  byId('ovh').replaceChildren(...parts);
}

function button(text, label, work) {
  const made = element('button', text, { type: 'button', 'aria-label': label });
  made.addEventListener('click', () => act(work));
  return made;
}

function showSnapshots(list) {
  const rows = list.map(({ id }) => {
    const path = `snapshots/${encodeURIComponent(id)}`;
    const buttons = element('span');
    buttons.append(
      button('Restore', `Restore ${id}`, () => call(`${path}/restore`, { method: 'POST' })),
      ' ',
      button('Remove', `Remove snapshot ${id}`, () => call(path, { method: 'DELETE' })),
    );
    return [id, buttons];
  });
  byId('snapshots').replaceChildren(...(rows.length > 0 ? [table(['Snapshot', ''], rows)] : []));
}

function showFaults(list) {
  if (list.length === 0) {
    byId('faults').replaceChildren(element('p', 'Nothing goes wrong on purpose.', { class: 'quiet' }));
    return;
  }
  const rows = list.map(({ id, rule, matched, fired }) => {
    const remove = button('Remove', `Remove ${id}`, () =>
      call(`faults/${encodeURIComponent(id)}`, { method: 'DELETE' }),
    );
    const { match, when, then } = rule;
    return [id, rule.at, element('code', JSON.stringify({ match, when, then })), `${fired} of ${matched}`, remove];
  });
  byId('faults').replaceChildren(table(['Fault', 'At', 'What', 'Fired', ''], rows));
}

let state;

function showStatus(problem) {
  const text =
    state === undefined ? 'connecting …' : `${state.clock.mode} clock ${state.clock.time}, seed ${state.seed}`;
  byId('status').textContent = problem === undefined ? text : `the lab does not answer: ${problem.message}`;
  byId('clock').hidden = state?.clock.mode !== 'manual';
}

function showProblem(problem) {
  byId('problem').textContent = problem?.message ?? '';
  byId('problem').hidden = problem === undefined;
}

/** Does what somebody asks for, and says why when it is refused. */
async function act(work) {
  try {
    await work();
    showProblem(undefined);
  } catch (error) {
    showProblem(error);
  }
  refresh();
}

const refresh = paced(async () => {
  try {
    const paths = ['state', 'kms', 'faults', 'snapshots'];
    const [now, kms, faults, snapshots] = await Promise.all(paths.map((path) => call(path)));
    state = now;
    showKms(kms);
    showVcenter(state.vcenter);
    showOvh(state.ovh);
    showFaults(faults);
    showSnapshots(snapshots);
    if (connected) showStatus();
  } catch (error) {
    // A lab that is starting has more to tell soon; one that is gone is told of by the timeline.
    if (error.code === 'ERR_NOT_READY') refresh();
    else if (error instanceof Refusal) showProblem(error);
  }
});

async function connect() {
  try {
    await follow(
      (more) => {
        entries = [...entries, ...more].slice(-keptEntries);
        showTimeline();
        refresh();
      },
      (problem) => {
        connected = problem === undefined;
        showStatus(problem);
        if (connected) refresh();
      },
    );
  } catch (error) {
    if (error.code !== 'ERR_TOKEN') return showProblem(error);
    useToken('');
    byId('token').hidden = false;
    byId('main').hidden = true;
    byId('status').textContent = '';
    byId('token').elements.token.focus();
  }
}

byId('token').addEventListener('submit', (event) => {
  event.preventDefault();
  useToken(event.target.elements.token.value);
  event.target.reset();
  byId('token').hidden = true;
  byId('main').hidden = false;
  void connect();
});
byId('fault').addEventListener('submit', (event) => {
  event.preventDefault();
  void act(async () => {
    await call('faults', { method: 'POST', body: JSON.parse(event.target.elements.rule.value) });
    byId('new-fault').open = false;
  });
});
byId('clock').addEventListener('submit', (event) => {
  event.preventDefault();
  void act(() => call('clock/advance', { method: 'POST', body: { by: event.target.elements.by.value } }));
});
byId('snapshot').addEventListener('submit', (event) => {
  event.preventDefault();
  void act(() => call('snapshots', { method: 'POST', body: { id: event.target.elements.id.value } }));
});
byId('reset').addEventListener('click', () => act(() => call('reset', { method: 'POST' })));
filter.addEventListener('submit', (event) => event.preventDefault());
filter.addEventListener('input', showTimeline);
void connect();
