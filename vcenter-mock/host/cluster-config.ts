import { invalidArgument } from '../crypto/faults.ts';
import { cryptoOf } from '../crypto/vim-crypto.ts';
import type { TypedObject } from '../inventory/store.ts';
import type { Vcenter } from '../vcenter.ts';
import type { Data } from '../vim/kernel/values.ts';
import { defined } from '../virtual-machine/apply-config-spec.ts';

type Cluster = TypedObject<'ClusterComputeResource'>;
type CryptoConfig = Data<'ClusterCryptoConfigInfo'>;

/**
 * Checks a cluster's mode of encryption; an empty string stands for onDemand. documented
 * @throws InvalidArgument: an unknown mode, an unknown provider, both a key and a provider
 */
export function readCryptoConfig(vc: Vcenter, { cryptoMode, policy }: CryptoConfig, path: string): CryptoConfig {
  const mode = cryptoMode || 'onDemand';
  if (mode !== 'onDemand' && mode !== 'forceEnable') throw invalidArgument(`${path}cryptoMode`);
  const { keyId, providerId } = policy ?? {};
  if (keyId && providerId) throw invalidArgument(`${path}policy`, 'Only one of keyId and providerId may be set.');
  const provider = providerId?.id ?? keyId?.providerId?.id;
  if (provider !== undefined && !cryptoOf(vc).manager.providers.find(provider)) {
    throw invalidArgument(`${path}policy`, `There is no key provider "${provider}".`);
  }
  return { cryptoMode: mode, policy };
}

/** Stores parts of a cluster's configuration; what is undefined stays. */
export function configure(cluster: Cluster, changes: Partial<Data<'ClusterConfigInfoEx'>>): void {
  cluster.change('configurationEx', (config) => {
    for (const [name, value] of Object.entries(changes))
      if (value !== undefined) Object.assign(config, { [name]: value });
  });
}

/**
 * What a spec makes of a cluster's configuration. Its privilege on the mode of encryption is the caller's to check.
 * @param modify what the spec leaves out stays; else it gets its default. documented
 * @throws InvalidArgument
 */
export function readClusterSpec(
  vc: Vcenter,
  spec: Data<'ClusterConfigSpecEx'>,
  before: Data<'ClusterConfigInfoEx'> | undefined,
  modify: boolean,
): Partial<Data<'ClusterConfigInfoEx'>> {
  const { cryptoConfig, drsConfig, dasConfig, vmSwapPlacement } = spec;
  const [das, drs] = modify ? [before?.dasConfig, before?.drsConfig] : [];
  const crypto = cryptoConfig && readCryptoConfig(vc, cryptoConfig, 'spec.cryptoConfig.');
  return {
    dasConfig: { enabled: false, ...das, ...defined(dasConfig ?? {}) },
    drsConfig: { enabled: false, ...drs, ...defined(drsConfig ?? {}) },
    vmSwapPlacement,
    cryptoConfig: crypto ?? (modify ? before?.cryptoConfig : { cryptoMode: 'onDemand' }),
  };
}
