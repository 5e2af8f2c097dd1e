import type { VimFault } from '../vim/kernel/fault.ts';
import type { CryptoAssumed } from './assumed.ts';
import { runtimeFault } from './faults.ts';
import type { CryptoHost } from './inventory.ts';
import type { KeyProvider } from './key-providers.ts';

type NativeRule =
  | 'com.vmware.vim.vpxd.encryption.keyProviderNotBackedUp'
  | 'vim.vpxd.encryption.NativeKeyProviderNotSupported.NotInCluster'
  | 'vim.vpxd.encryption.NativeKeyProviderNotSupported.TpmRequired';

/** Why a provider makes no keys yet; undefined when it does. documented: not before it is backed up */
export function notBackedUp(
  { id, native }: KeyProvider,
  assumed: CryptoAssumed,
): { key: string; message: string } | undefined {
  if (!native || native.hasBackup) return undefined;
  return refusal(assumed, 'com.vmware.vim.vpxd.encryption.keyProviderNotBackedUp', { provider: id });
}

/** Why a host cannot use a native provider; undefined when it can: it wants a cluster, and a TPM 2.0 when it says so. documented */
export function hostExcluded(
  host: CryptoHost,
  provider: KeyProvider,
  assumed: CryptoAssumed,
): { key: string; message: string } | undefined {
  if (!provider.native) return undefined;
  const names = { host: host.name, provider: provider.id };
  if (host.clusterId === undefined) {
    return refusal(assumed, 'vim.vpxd.encryption.NativeKeyProviderNotSupported.NotInCluster', names);
  }
  if (!provider.native.tpmRequired || host.hasTpm) return undefined;
  return refusal(assumed, 'vim.vpxd.encryption.NativeKeyProviderNotSupported.TpmRequired', names);
}

/** @throws RuntimeFault when the provider is a native one that the host cannot use (the fault is assumed) */
export function checkNativeHost(host: CryptoHost, provider: KeyProvider | undefined, assumed: CryptoAssumed): void {
  const broken = provider && hostExcluded(host, provider, assumed);
  if (broken) throw nativeFault(broken);
}

/** The fault of a broken rule. */
export function nativeFault(rule: { key: string; message: string }): VimFault {
  return runtimeFault(rule.message, { faultMessage: [rule] });
}

function refusal(assumed: CryptoAssumed, key: NativeRule, names: Readonly<Record<string, string>>) {
  return { key, message: assumed.faultTexts[key].replace(/\{(\w+)\}/g, (_match, name: string) => names[name] ?? '') };
}
