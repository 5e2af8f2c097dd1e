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

/**
 * What a native provider wants of a host: a cluster, and a TPM 2.0 when the provider says so. documented; the faults are assumed
 * @throws RuntimeFault
 */
export function checkNativeHost(host: CryptoHost, provider: KeyProvider | undefined, assumed: CryptoAssumed): void {
  if (!provider?.native) return;
  const names = { host: host.name, provider: provider.id };
  if (host.clusterId === undefined) {
    throw nativeFault(refusal(assumed, 'vim.vpxd.encryption.NativeKeyProviderNotSupported.NotInCluster', names));
  }
  if (!provider.native.tpmRequired || host.hasTpm) return;
  throw nativeFault(refusal(assumed, 'vim.vpxd.encryption.NativeKeyProviderNotSupported.TpmRequired', names));
}

/** The fault of a broken rule. */
export function nativeFault(rule: { key: string; message: string }): VimFault {
  return runtimeFault(rule.message, { faultMessage: [rule] });
}

function refusal(assumed: CryptoAssumed, key: NativeRule, names: Readonly<Record<string, string>>) {
  return { key, message: assumed.faultTexts[key].replace(/\{(\w+)\}/g, (_match, name: string) => names[name] ?? '') };
}
