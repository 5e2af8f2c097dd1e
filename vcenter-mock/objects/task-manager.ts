import { implement } from '../vim/kernel/implementation.ts';
import { type Data, data } from '../vim/kernel/values.ts';

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

export const taskManager = implement('TaskManager', {
  derive: { description: taskDescription, maxCollector: () => 32 },
  methods: {},
});

export const task = implement('Task', {
  methods: {
    CancelTask(object, _params, { vc }) {
      vc.tasks.cancel(object);
    },
  },
});
