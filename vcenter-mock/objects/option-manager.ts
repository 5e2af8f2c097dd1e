import type { Vcenter } from '../vcenter.ts';
import { fault, invalidArgument } from '../vim/kernel/fault.ts';
import { implement } from '../vim/kernel/implementation.ts';
import { type Data, data, isAnyValue } from '../vim/kernel/values.ts';

type Option = Data<'OptionValue'>;

/** Settings that only the vCenter itself writes. documented */
const readOnly = new Set(['instance.uuid', 'VirtualCenter.VimApiUrl']);

/** The settings a vCenter starts with. documented keys and defaults of a vCenter's advanced settings */
export function initialSettings(vc: Vcenter): Option[] {
  const host = 'vcenter.lab.test';
  return [
    { key: 'VirtualCenter.FQDN', value: host },
    { key: 'VirtualCenter.InstanceName', value: host },
    { key: 'VirtualCenter.VimApiUrl', value: `https://${host}:443/sdk` },
    { key: 'client.timeout.long', value: 120 },
    { key: 'client.timeout.normal', value: 30 },
    { key: 'config.vpxd.hostPasswordLength', value: 32 },
    { key: 'event.maxAge', value: 30 },
    { key: 'event.maxAgeEnabled', value: true },
    { key: 'instance.uuid', value: vc.instanceUuid },
    { key: 'log.level', value: 'info' },
    { key: 'mail.sender', value: '' },
    { key: 'mail.smtp.port', value: 25 },
    { key: 'mail.smtp.server', value: '' },
    { key: 'task.maxAge', value: 30 },
    { key: 'task.maxAgeEnabled', value: true },
  ];
}

function optionType({ key, value }: Option): Data<'OptionType'> {
  const valueIsReadonly = readOnly.has(key);
  if (typeof value === 'boolean') return data('BoolOption', { valueIsReadonly, supported: true, defaultValue: value });
  if (typeof value === 'number') {
    return data('IntOption', { valueIsReadonly, min: 0, max: 2_147_483_647, defaultValue: value });
  }
  return data('StringOption', { valueIsReadonly, defaultValue: String(value ?? '') });
}

/** A value as it was written, without the type that the client gave it. */
const plain = (value: unknown) => (isAnyValue(value) ? value.value : value);

export const optionManager = implement('OptionManager', {
  derive: {
    supportedOption: (_object, vc) =>
      initialSettings(vc).map((option) =>
        data('OptionDef', {
          key: option.key,
          label: option.key,
          summary: option.key,
          optionType: optionType(option),
        }),
      ),
  },
  methods: {
    QueryOptions(object, { name }, { vc }) {
      // documented: a name that ends with a dot asks for a whole branch; without a name all are given
      const found = (object.get('setting') ?? []).filter(
        ({ key }) => !name || key === name || (name.endsWith('.') && key.startsWith(name)),
      );
      if (found.length === 0) throw fault('InvalidName', vc.assumed.invalidName(name ?? ''), { name: name ?? '' });
      return found;
    },

    /**
     * documented: InvalidName for an option that does not exist, InvalidArgument for a value of the wrong type; options below
     * `config.` can be added.
     */
    UpdateOptions(object, { changedValue }, { vc, require }) {
      require('Global.Settings', vc.inventory.rootFolder);
      const settings = new Map((object.get('setting') ?? []).map((option) => [option.key, option]));
      for (const { key, value } of changedValue) {
        const before = settings.get(key);
        if (!before && !/^config\.\S+$/.test(key))
          throw fault('InvalidName', vc.assumed.invalidName(key), { name: key });
        if (readOnly.has(key) || (before && typeof plain(before.value) !== typeof plain(value))) {
          throw invalidArgument('changedValue');
        }
        settings.set(key, { key, value });
      }
      object.set({ setting: [...settings.values()].sort((a, b) => (a.key < b.key ? -1 : 1)) });
    },
  },
});
