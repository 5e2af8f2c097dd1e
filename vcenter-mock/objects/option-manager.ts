import { fault } from '../vim/kernel/fault.ts';
import { implement } from '../vim/kernel/implementation.ts';

export const optionManager = implement('OptionManager', {
  derive: {
    supportedOption: () => [],
    // documented keys of a vCenter's settings
    setting: (_object, vc) => [
      { key: 'VirtualCenter.InstanceName', value: 'vcenter.lab.test' },
      { key: 'VirtualCenter.VimApiUrl', value: 'https://vcenter.lab.test:443/sdk' },
      { key: 'config.vpxd.hostPasswordLength', value: 32 },
      { key: 'instance.uuid', value: vc.instanceUuid },
    ],
  },
  methods: {
    QueryOptions(object, { name }, { vc }) {
      const settings = object.get('setting') ?? [];
      // documented: a name that ends with a dot asks for a whole branch; without a name all are given
      const found = settings.filter(
        (option) => !name || option.key === name || (name.endsWith('.') && option.key.startsWith(name)),
      );
      if (found.length === 0) throw fault('InvalidName', vc.assumed.invalidName(name ?? ''), { name: name ?? '' });
      return found;
    },
  },
});
