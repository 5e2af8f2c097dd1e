import type { DedicatedCloud } from './models/dedicated-cloud.ts';
import type { KmsState, OptionState } from './models/vm-encryption.ts';
import type { ServiceStatus } from './options.ts';

/**
 * What no public source tells about OVHcloud's API and the fake had to choose. Provenance of every row: assumed.
 * Each value can be overridden by the option `assumed`; `about` says what it stands for.
 */
export const assumedTable = {
  // Authentication (spec 2.2, 2.6)
  signatureWindowMs: row(
    180_000,
    'Largest difference between X-Ovh-Timestamp and the clock of the API, both directions.',
  ),
  validationMs: row(86_400_000, 'How long a validationUrl can be used.'),
  credentialLimit: row(10_000, 'Consumer keys of POST /auth/credential that are kept, waiting and granted ones each.'),
  loginAttempts: row(5, 'Wrong passwords or codes in a row after which a login must wait.'),
  loginLockMs: row(60_000, 'How long a login must wait after too many wrong passwords or codes.'),
  secondFactorMs: row(300_000, 'How long a code of the second factor can be used.'),
  noConsumerKeyText: row(
    'This call needs a consumer key',
    '403 for /auth/currentCredential and /auth/logout with an access token.',
  ),
  // Durations of a task's stages on the lab's clock
  queuedMs: row(1_000, 'How long a task stays todo.'),
  thumbprintCheckMs: row(1_000, 'How long the check of a thumbprint takes, besides the connection itself.'),
  probeTimeoutMs: row(10_000, 'When the TLS connection that reads a KMS certificate is given up.'),
  thumbprintWatchMs: row(300_000, 'How often certificates of delivered KMS are looked at again, when asked for.'),
  flowMs: row(3_000, 'How long the gateway takes to open or close a flow.'),
  updateMs: row(1_000, 'How long a change of thumbprint or description takes.'),
  finishMs: row(1_000, 'How long a task takes from its last visible stage to done.'),
  vcenterCheckMs: row(60_000, 'How often a task in the waiting state looks for the KMS in the vCenter.'),
  plannedMs: row(1_000, 'How long a task that is a part of another one stays toCreate.'),
  cancelMs: row(1_000, 'How long a task stays toCancel.'),
  fixingMs: row(1_800_000, 'How long a task that a fault put into state fixing stays so.'),
  maintenanceMs: row(3_600_000, 'How long a maintenance takes that does not say it.'),
  changeMs: row(2_000, 'How long a change of a user or an allowed network takes.'),
  // Progress of a task (0 to 100)
  thumbprintCheckProgress: row(10, 'Progress while the thumbprint is checked.'),
  flowProgress: row(25, 'Progress while the gateway flow is opened or closed.'),
  waitingProgress: row(50, 'Progress while the task waits for the vCenter.'),
  finishProgress: row(75, 'Progress while the last stage runs.'),
  maintenanceProgress: row(50, 'Progress while a maintenance is carried out.'),
  standingProgress: row(50, "Progress of a task of the world's that is set to work."),
  changeProgress: row(50, 'Progress while a user or an allowed network is changed.'),
  // Names and descriptions of tasks
  addRobot: row('addVmEncryptionKms', 'Task name of POST vmEncryption/kms.'),
  updateRobot: row('updateVmEncryptionKms', 'Task name of POST vmEncryption/kms/{kmsId}/changeProperties.'),
  removeRobot: row('removeVmEncryptionKms', 'Task name of DELETE vmEncryption/kms/{kmsId}.'),
  openFlowRobot: row('openVmEncryptionFlow', 'Name of the task that opens a flow, when flowTasks is on.'),
  changePropertiesRobot: row(
    'changeProperties',
    'Task name of POST /dedicatedCloud/{serviceName}/changeProperties and of the deprecated PUT.',
  ),
  securityOptionRobot: row('enableSecurityOption', 'Task name of POST securityOptions/resumePendingEnabling.'),
  robotDescriptions: row<Readonly<Record<string, string>>>(
    {
      addRobot: 'Register a key server for virtual machine encryption',
      updateRobot: 'Change a key server for virtual machine encryption',
      removeRobot: 'Remove a key server for virtual machine encryption',
      openFlowRobot: 'Open the network flow to a key server',
      changePropertiesRobot: 'Change the properties of the service',
      securityOptionRobot: 'Enable a security option',
      addUser: 'Create a user',
      updateUserRobot: 'Change a user',
      removeUserRobot: 'Remove a user',
      changePasswordRobot: 'Change the password of a user',
      confirmPhoneRobot: 'Confirm the phone number of a user',
      enableUserRobot: 'Enable a user',
      disableUserRobot: 'Disable a user',
      updateRightRobot: 'Change the right of a user in a datacenter',
      addUserObjectRight: 'Give a user a right on an object',
      removeUserObjectRight: 'Take a right on an object from a user',
      addNetworkRobot: 'Allow a network on the firewall',
      updateNetworkRobot: 'Change a network allowed on the firewall',
      removeNetworkRobot: 'Remove a network allowed on the firewall',
    },
    'Descriptions of GET robot/{name}, by the keys of the names here, or by names that are documented; null for the others.',
  ),
  robotCriticity: row('low', 'criticity of GET robot/{name}; no value of it is public.'),
  updateUserRobot: row('updateUser', 'Task name of POST user/{userId}/changeProperties.'),
  removeUserRobot: row('removeUser', 'Task name of DELETE user/{userId}.'),
  changePasswordRobot: row('changeUserPassword', 'Task name of POST user/{userId}/changePassword.'),
  confirmPhoneRobot: row('confirmUserPhoneNumber', 'Task name of POST user/{userId}/confirmPhoneNumber.'),
  enableUserRobot: row('enableUser', 'Task name of POST user/{userId}/enable.'),
  disableUserRobot: row('disableUser', 'Task name of POST user/{userId}/disable.'),
  updateRightRobot: row('updateUserRight', 'Task name of PUT user/{userId}/right/{rightId}.'),
  addNetworkRobot: row('addAllowedNetwork', 'Task name of POST allowedNetwork.'),
  updateNetworkRobot: row('updateAllowedNetwork', 'Task name of PUT allowedNetwork/{networkAccessId}.'),
  removeNetworkRobot: row('removeAllowedNetwork', 'Task name of DELETE allowedNetwork/{networkAccessId}.'),
  changeUserText: row('Applying the change to the user {name}', 'Description of a task that works on a user.'),
  changeNetworkText: row(
    'Applying the change to the network {network}',
    'Description of a task that works on an allowed network.',
  ),
  goneText: row(
    'The object of this operation does not exist any more',
    'Description of a task that is cancelled because its user or network was removed meanwhile.',
  ),
  taskCreatedBy: row<string | null>(
    null,
    'createdBy of tasks; null was observed, the control panel knows customer, robot, ovh-support.',
  ),
  taskCreatedFrom: row<string | null>(null, 'createdFrom of tasks; null was observed, the control panel knows more.'),
  thumbprintCheckText: row('Checking the SSL thumbprint of {ip}:{port}', 'Task description.'),
  openFlowText: row('Opening the network flow to {ip}:{port}', 'Task description.'),
  closeFlowText: row('Closing the network flow to {ip}:{port}', 'Task description.'),
  updateText: row('Updating the KMS server {ip}:{port}', 'Task description.'),
  changePropertiesText: row('Updating the properties of the service', 'Task description.'),
  securityOptionText: row('Enabling the security option {option}', 'Task description.'),
  finishText: row('Finishing the configuration of {ip}:{port}', 'Task description.'),
  waitForFlowText: row(
    'Waiting for the network flow to {ip}:{port}',
    'Description of a task in state waitingForChilds.',
  ),
  childFailedText: row('The task {taskId} ({name}) failed: {reason}', 'Description of a task whose child failed.'),
  maintenanceText: row('The maintenance is being carried out', 'Description of a maintenance in state doing.'),
  standingText: row('In progress', "Description of a task of the world's that is set to work."),
  fixingText: row('Our support is looking into this operation', 'Description of a task in state fixing.'),
  canceledText: row('The operation was cancelled', 'Description of a task that was cancelled by hand.'),
  failedText: row('The operation failed', 'Description of a task that was made to fail by hand.'),
  doneText: row('Done', 'Description of a task in state done.'),
  thumbprintMismatchText: row(
    'The SSL thumbprint of {ip}:{port} is not the expected one: expected {expected}, found SHA-1 {sha1}, SHA-256 {sha256}',
    'Description of a task in state error after the live check of a thumbprint.',
  ),
  unreachableText: row(
    'The KMS server {ip}:{port} cannot be reached: {reason}',
    'Description of a task in state error when the live check got no certificate.',
  ),
  // Sensitive operations (spec 5)
  sensitiveRobots: row(
    [
      'addVmEncryptionKms',
      'updateVmEncryptionKms',
      'removeVmEncryptionKms',
      'addUser',
      'updateUser',
      'removeUser',
      'changeUserPassword',
      'enableUser',
      'disableUser',
      'addAllowedNetwork',
      'updateAllowedNetwork',
      'removeAllowedNetwork',
    ] as readonly string[],
    'Tasks that wait for an operation token on services with the option tokenValidation.',
  ),
  tokenLifetimeMs: row(900_000, 'How long a task waits for its operation token. Documented: 15 minutes.'),
  tokenAttempts: row(5, 'How many tokens may be entered for an operation.'),
  tokenWaitText: row('Waiting for the validation of operation {taskId}', 'Task description.'),
  tokenExpiredText: row('The operation was not validated in time', 'Description of a task in state canceled.'),
  tokenSmsText: row(
    '{user}, operation {operation} (id {taskId}) asks for your validation. Token: {token}. {url}',
    'SMS to a token validator. Documented: user, operation, its id, token and link.',
  ),
  tokenConfirmedText: row('Operation {operation} (id {taskId}) is validated.', 'SMS after the validation.'),
  secureForbiddenText: row(
    'The secure interface of this service answers its allowed networks only.',
    'Page /secure/ of a service whose userAccessPolicy is filtered.',
  ),
  // Messages of error bodies whose wording is not known (spec 2.6)
  unknownApplicationText: row('This application key is invalid', '403 INVALID_KEY.'),
  addressNotAllowedText: row(
    'This credential may not be used from {address}',
    '403 INVALID_CREDENTIAL of a credential with allowedIPs.',
  ),
  unknownUrlText: row('Got an invalid (or empty) URL', '404 for a route that is not served.'),
  guidePathHint: row(
    '{method} {path} is printed in the guide but is not part of the API: use POST {realPath}',
    '404 for the path of the guide, POST /dedicatedCloud/{serviceName}/kms.',
  ),
  objectNotFoundText: row('The requested object ({name} = {id}) does not exist', '404 for a kmsId or taskId.'),
  badValueText: row(
    '[{name}] Given data ({value}) is not valid for type {type}',
    '400 for a parameter of another type.',
  ),
  missingValueText: row('[{name}] This parameter is required', '400 for a missing parameter.'),
  badThumbprintText: row(
    '[sslThumbprint] Given data ({value}) is not a SHA-1 or SHA-256 thumbprint',
    '400 of the mode verify-format.',
  ),
  unknownParameterText: row(
    'Received not described parameters: ({names})',
    '400 for fields of a body that are not declared (reported by users, who also saw the name of a handler behind it).',
  ),
  unknownMemberText: row(
    '[{name}] The objects of this list have no such member',
    '400 for X-Pagination-Sort or X-Pagination-Filter.',
  ),
  batchTooLargeText: row('X-Ovh-Batch asks for {count} objects, at most {limit} are served', '400.'),
  methodNotAllowedText: row('{method} is not allowed on {path}, only {allowed}', '405.'),
  deepJsonText: row('The body nests deeper than {limit} levels', '400.'),
  contentTypeText: row('[Content-Type] Given data ({value}) is not a media type', '400.'),
  missingHostText: row('[Host] This header is required', '400 for HTTP/1.1 without Host.'),
  badJsonText: row('The body is not a JSON object', '400 for a body that cannot be read.'),
  badRequestText: row('The request cannot be read as HTTP', '400 for garbage on a listener or a malformed URL.'),
  bodyTooLargeText: row('The body is larger than {limit} bytes', '413.'),
  serviceNotReadyText: row(
    'The service {serviceName} is in state {state}, this action needs state delivered',
    '400 for a change on a service that is not delivered.',
  ),
  optionNotReadyText: row(
    'VM encryption of {serviceName} is in state {state}, it takes no change now',
    '409 for a change of an option whose state does not allow it.',
  ),
  duplicateIpText: row('A KMS with the ip {ip} already exists (kmsId = {kmsId})', '409 for the same address twice.'),
  busyText: row('Another task is running on this option (taskId = {taskId})', '409 for a change during another one.'),
  kmsBusyText: row('The KMS {kmsId} is in state {state}', '409 for a change of an entry that is being changed.'),
  noUsersText: row(
    'The service {serviceName} cannot have more users',
    '409 of POST user when the capability canAddUser is false.',
  ),
  duplicateUserText: row('A user with the name {name} already exists (userId = {userId})', '409 of POST user.'),
  duplicateNetworkText: row(
    'The network {network} is already allowed (networkAccessId = {networkAccessId})',
    '409 for the same network twice.',
  ),
  duplicateRightText: row(
    'The user {userId} already has a right on {vmwareObjectId} (objectRightId = {objectRightId})',
    '409 of POST user/{userId}/objectRight.',
  ),
  objectBusyText: row(
    'Another task is running on this object ({name} = {id}, taskId = {taskId})',
    '409 for a change of a user or an allowed network during another one.',
  ),
  userStateText: row(
    'The user {userId} is in state {state}, this action needs state delivered',
    '409 for a change of a user that was not created or is being removed.',
  ),
  activationText: row('The user {userId} is {state} already', '409 of enable and disable.'),
  notManageableText: row('The user {userId} cannot be enabled or disabled', '409 of enable and disable.'),
  weakPasswordText: row(
    '[password] The password must have at least {length} characters of at least {kinds} kinds',
    '400 for a password that does not fit the policy.',
  ),
  wrongPhoneTokenText: row('[token] This token is not valid', '400 of confirmPhoneNumber.'),
  pastDateText: row('[{name}] Given data ({value}) is not in the future', '400 for an expirationDate that is over.'),
  passwordMailText: row(
    'The password of {name} on {serviceName} is {code}',
    'Mail with a password that OVHcloud chose.',
  ),
  phoneSmsText: row(
    'Your token to confirm this phone number for {name} on {serviceName}: {code}',
    'SMS to a phone number that was set.',
  ),
  notResettableText: row(
    'The task {taskId} is in state {state}, only a task in state error can be reset',
    '409 of resetTaskState.',
  ),
  conflictingOptionsText: row(
    '{option} cannot be enabled together with {others}',
    'Why a security option is incompatible.',
  ),
  missingOptionsText: row('{option} needs {others}', 'Why a security option is incompatible.'),
  notPendingText: row('The security option {option} is in state {state}, not pending', '409 of resumePendingEnabling.'),
  notServedText: row(
    "{method} {path} is part of OVHcloud's API but is not served by keyrig",
    '404 for a route that the real API has.',
  ),
  notRenewableText: row('[renew.period] Given data ({value}) is not one of {periods}', '400 of PUT serviceInfos.'),
  notMaintenanceText: row(
    'The task {taskId} is of type {type}, only a task of type maintenance has an execution date to change',
    '409 of changeMaintenanceExecutionDate.',
  ),
  begunText: row(
    'The task {taskId} is in state {state}, its execution date cannot be changed any more',
    '409 of changeMaintenanceExecutionDate.',
  ),
  outOfWindowText: row(
    '[executionDate] Given data ({value}) is not between {from} and {to}',
    '400 of changeMaintenanceExecutionDate.',
  ),
  orphanTaskText: row('The task {taskId} has nothing left to work on', '409 of resetTaskState.'),
  internalErrorText: row('Internal server error', '500.'),
  faultText: row('Service unavailable', 'Message of an injected fault that names none.'),
  // Rules without a public source (spec 7.4)
  refuseDuplicateIp: row(true, 'Whether a second KMS with the same address is refused with 409.'),
  refuseUnknownFields: row(true, 'Whether a body with fields that are not declared is refused with 400.'),
  changeableServiceStates: row<readonly DedicatedCloud['state'][]>(
    ['delivered'],
    'States of a service in which its KMS can be changed.',
  ),
  changeableOptionStates: row<readonly OptionState[]>(
    ['disabled', 'enabled', 'error'],
    "States that a world gives to a service's encryption option in which its KMS can be changed.",
  ),
  changeableKmsStates: row<readonly KmsState[]>(
    ['delivered', 'error'],
    'States of a KMS in which it can be changed or removed.',
  ),
  unusableStatuses: row<readonly ServiceStatus[]>(
    ['expired'],
    'Statuses of a service (service.StateEnum) in which every call below it answers 460.',
  ),
  flowTasks: row(
    false,
    'Whether a task that adds a KMS has the flow opened by a task of its own, and is waitingForChilds.',
  ),
  refuseWhileRunning: row(
    true,
    'Whether a change is refused with 409 while another task on the same option, user or network runs.',
  ),
  refuseDuplicateUser: row(true, 'Whether a second user with the same name is refused with 409.'),
  refuseDuplicateNetwork: row(true, 'Whether the same network is refused with 409 when it is allowed already.'),
  passwordLength: row(
    8,
    'Fewest characters of a password (a recommendation of the guides; that it is enforced is assumed).',
  ),
  passwordKinds: row(3, 'How many of lower case, upper case, digits and others a password needs (as passwordLength).'),
  phoneNumberPattern: row(
    '^\\+[0-9]{1,4}\\.?[0-9]{4,14}$',
    'What counts as a phone number; "+prefix.number" is documented, that the dot may be missing is not.',
  ),
  emailPattern: row('^[^@\\s]+@[^@\\s]+$', 'What counts as a mail address.'),
  // Limits of the gateway
  bodyLimitBytes: row(65_536, 'Largest request body.'),
  jsonDepthLimit: row(20, 'How deep a request body may nest.'),
  // Lists (spec 2.7)
  paginationSize: row(5_000, 'Elements on a page when a client asks for a mode without X-Pagination-Size.'),
  paginationLargestSize: row(50_000, "Largest page. The control panel's sources ask for 50,000 elements."),
  plainListSize: row(
    0,
    'Ids after which a list ends with X-Pagination-Cursor-Next though nobody asked for pages; 0: never.',
  ),
  batchLimit: row(100, "Most objects of one request with X-Ovh-Batch. The control panel's sources ask for 50."),
  headerLimitBytes: row(16_384, 'Largest request header.'),
  requestTimeoutMs: row(30_000, 'How long a client may take to send a request or its TLS handshake (machine time).'),
  // Identity of the account
  account: row('xx11111-ovh', 'Customer identifier (nichandle) of GET /auth/details.'),
  gatewayName: row('EU.ext-3', 'First part of X-OVH-QUERYID.'),
};

/** The table's values without their explanations. */
export type AssumedValues = { [K in keyof typeof assumedTable]: (typeof assumedTable)[K]['value'] };

/** The values in use: the table, with overrides. */
export function assumedValues(overrides: Partial<AssumedValues> = {}): AssumedValues {
  const values = Object.fromEntries(Object.entries(assumedTable).map(([key, { value }]) => [key, value]));
  return { ...values, ...overrides } as AssumedValues;
}

/** Puts values in the `{placeholders}` of a text. */
export function fill(text: string, values: Readonly<Record<string, string | number>>): string {
  return text.replace(/\{(\w+)\}/g, (placeholder, name: string) => String(values[name] ?? placeholder));
}

function row<T>(value: T, about: string): { value: T; about: string } {
  return { value, about };
}
