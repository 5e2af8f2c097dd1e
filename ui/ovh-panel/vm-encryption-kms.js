// The control panel's rules and words (documented by the control panel's sources). The words of errors are its meaning in our wording.

const octet = '(25[0-5]|2[0-4][0-9]|[01]?[0-9][0-9]?)';

/**
 * What the forms accept. The dots of the address are not escaped in the control panel, so any character passes between the
 * numbers, and it is the API that refuses 192.0.2x1: kept as it is.
 */
export const patterns = {
  ip: new RegExp(`^${octet}.${octet}.${octet}.${octet}$`),
  sslThumbprint: /^(((([0-9]|[a-fA-F]){2}:){19})|((([0-9]|[a-fA-F]){2}:){31}))([0-9]|[a-fA-F]){2}$/,
};

/** The description of a task that goes on once vCenter has the KMS. */
const waitingText = 'Waiting for customer to configure the KMS Server...';

/** Whether the next step is the customer's, in the vSphere Client. */
export function isWaitingForCustomer({ state, description }) {
  return (state === 'doing' || state === 'todo') && description === waitingText;
}

/** Whether the window of a task may be closed. */
export function hasEnded({ state }) {
  return state === 'done' || state === 'canceled';
}

/** Between two looks at a task, ms. */
export const pollingDelay = 2_000;

/** dedicatedCloud.optionAccessNetwork.StateEnum */
export const kmsStates = {
  toCreate: 'To be created',
  creating: 'Creating',
  delivered: 'Delivered',
  toUpdate: 'To be updated',
  updating: 'Updating',
  toDelete: 'To be deleted',
  deleting: 'Deleting',
  error: 'Error',
  unknown: 'Unknown',
};

/** dedicatedCloud.option.StateEnum; these labels are ours. */
export const optionStates = {
  disabled: 'Disabled',
  disabling: 'Disabling',
  enabled: 'Enabled',
  enabling: 'Enabling',
  error: 'Error',
  migrating: 'Migrating',
  unknown: 'Unknown',
};

/** dedicatedCloud.TaskStateEnum; the second half of the labels is ours. */
export const taskStates = {
  todo: 'To do',
  doing: 'In progress',
  fixing: 'Intervention in progress',
  waitingForChilds: 'Pending',
  waitingTodo: 'To be planned',
  toCreate: 'To be created',
  toCancel: 'To be cancelled',
  canceled: 'Cancelled',
  done: 'Done',
  error: 'Error',
  unknown: 'Unknown',
};

const tones = {
  good: ['delivered', 'enabled', 'done'],
  bad: ['error'],
  idle: ['disabled', 'canceled', 'unknown'],
};

/** How a state is coloured: good, bad, idle, or busy for everything between. */
export function toneOf(state) {
  return Object.keys(tones).find((tone) => tones[tone].includes(state)) ?? 'busy';
}
