import type { Call, Vcenter } from '../vcenter.ts';
import { fault, invalidArgument } from '../vim/kernel/fault.ts';
import { implement } from '../vim/kernel/implementation.ts';
import { type Data, data, type Ref, ref } from '../vim/kernel/values.ts';
import {
  createHistoryCollector,
  type HistorySource,
  latestPage,
  maxCollector,
  readNext,
  readPrevious,
} from './history-collector.ts';

/** Description ids with the labels of a real vCenter where they are known. observed (vcenter.md 12.3), else assumed */
const methodLabels: readonly [string, string][] = [
  ['VirtualMachine.reconfigure', 'Reconfigure virtual machine'],
  ['VirtualMachine.powerOn', 'Power On virtual machine'],
  ['VirtualMachine.powerOff', 'Power Off virtual machine'],
  ['VirtualMachine.migrate', 'Migrate virtual machine'],
  ['VirtualMachine.relocate', 'Relocate virtual machine'],
  ['VirtualMachine.clone', 'Clone virtual machine'],
  ['VirtualMachine.unregister', 'Unregister virtual machine'],
  ['VirtualMachine.cryptoUnlock', 'Unlock virtual machine'],
  ['VirtualMachine.destroy', 'Delete virtual machine'],
  ['VirtualMachine.rename', 'Rename virtual machine'],
  ['Folder.createVm', 'Create virtual machine'],
  ['Folder.registerVm', 'Register virtual machine'],
  ['HostSystem.reboot', 'Initiate host reboot'],
  ['HostSystem.prepareCrypto', 'prepareCrypto'],
  ['HostSystem.enableCrypto', 'enableCrypto'],
  ['HostSystem.configureCryptoKey', 'configureCryptoKey'],
  // Labels of the crypto entries are the method names themselves (observed).
  ...[
    'addKey',
    'addKeys',
    'removeKey',
    'removeKeys',
    'listKeys',
    'registerKmipServer',
    'markDefault',
    'updateKmipServer',
    'removeKmipServer',
    'listKmipServers',
    'retrieveKmipServersStatus',
    'generateKey',
    'retrieveKmipServerCert',
    'uploadKmipServerCert',
    'generateSelfSignedClientCert',
    'generateClientCsr',
    'retrieveSelfSignedClientCert',
    'retrieveClientCsr',
    'retrieveClientCert',
    'updateSelfSignedClientCert',
    'updateKmsSignedCsrClientCert',
    'uploadClientCert',
  ].map((name): [string, string] => [`encryption.CryptoManagerKmip.${name}`, name]),
  ...['addKey', 'addKeys', 'removeKey', 'removeKeys', 'listKeys'].map((name): [string, string] => [
    `encryption.CryptoManager.${name}`,
    name,
  ]),
];

const element = (key: string, label: string) => data('ElementDescription', { key, label, summary: label });

/** TaskManager.description. */
export function taskDescription(): Data<'TaskDescription'> {
  return {
    _type: 'TaskDescription',
    methodInfo: methodLabels.map(([key, label]) => element(key, label)),
    state: ['queued', 'running', 'success', 'error'].map((state) => element(state, state)),
    reason: [data('TypeDescription', { key: 'TaskReasonUser', label: 'user', summary: 'user' })],
  };
}

/** Ids that a client may give a task: those of the vCenter's own methods, and those that extensions have registered. */
function isTaskType(id: string, vc: Vcenter): boolean {
  const extensions = vc.store.get('ExtensionManager', ref('ExtensionManager', 'ExtensionManager'));
  return (
    methodLabels.some(([known]) => known === id) ||
    (extensions?.get('extensionList') ?? []).some(({ taskList = [] }) => taskList.some(({ taskID }) => taskID === id))
  );
}

function collect(filter: Data<'TaskFilterSpec'>, results: Data<'TaskInfoFilterSpec'> | undefined, call: Call): Ref {
  const entity = filter.entity?.entity;
  if (entity && !call.vc.store.find(entity)) {
    throw fault('ManagedObjectNotFound', call.vc.assumed.objectNotFound, { obj: entity });
  }
  return createHistoryCollector('TaskHistoryCollector', { filter }, taskSource(call.vc, filter, results), call);
}

/** The tasks of a filter. */
export function taskSource(
  { tasks: { history } }: Vcenter,
  filter: Data<'TaskFilterSpec'>,
  infoFilter: Data<'TaskInfoFilterSpec'> | undefined,
): HistorySource<Data<'TaskInfo'>> {
  const show = (info: Data<'TaskInfo'>) => (showsResult(info, infoFilter) ? info : { ...info, result: undefined });
  return {
    after: (key, count) => history.after(key, filter, count).map(show),
    before: (key, count) => history.before(key, filter, count).map(show),
    keyOf: (info) => history.keyOf(info),
    subscribe: (changed) => history.subscribe(changed),
    infoFilter,
  };
}

/** documented: results can be left out, all of them or those of the methods that are (or are not) named */
function showsResult({ descriptionId }: Data<'TaskInfo'>, spec: Data<'TaskInfoFilterSpec'> | undefined): boolean {
  const filter = spec?.filterTaskResults;
  if (!filter) return true;
  if (filter.removeAll) return false;
  if (!filter.descriptionIds) return true;
  return filter.descriptionIds.includes(descriptionId) === (filter.filterIn ?? false);
}

export const taskManager = implement('TaskManager', {
  derive: { description: taskDescription, maxCollector: () => maxCollector },
  methods: {
    CreateCollectorForTasks: (_object, { filter }, call) => collect(filter, undefined, call),

    CreateCollectorWithInfoFilterForTasks: (_object, { filter, infoFilter }, call) => collect(filter, infoFilter, call),

    CreateTask(_object, params, call) {
      const { vc } = call;
      const object = vc.store.find(params.obj);
      if (!object) throw fault('ManagedObjectNotFound', vc.assumed.objectNotFound, { obj: params.obj });
      if (!isTaskType(params.taskTypeId, vc)) throw invalidArgument('taskType');
      const { taskTypeId, cancelable, parentTaskKey, activationId } = params;
      return vc.tasks
        .createExternal({
          object,
          taskTypeId,
          cancelable,
          parentTaskKey,
          activationId,
          initiatedBy: params.initiatedBy ?? call.user,
          cause: call.cause,
        })
        .get('info');
    },
  },
});

export const taskHistoryCollector = implement('TaskHistoryCollector', {
  derive: { latestPage: (object) => latestPage(object) as Data<'TaskInfo'>[] },
  methods: {
    ReadNextTasks: (object, { maxCount }, call) => readNext(object, maxCount, call) as Data<'TaskInfo'>[],
    ReadPreviousTasks: (object, { maxCount }, call) => readPrevious(object, maxCount, call) as Data<'TaskInfo'>[],
  },
});
