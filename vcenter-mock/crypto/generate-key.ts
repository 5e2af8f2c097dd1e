import type { VimFault } from '../vim/kernel/fault.ts';
import type { Data } from '../vim/kernel/values.ts';
import { invalidArgument, runtimeFault } from './faults.ts';
import type { VcenterCrypto } from './index.ts';
import { keyExchangeFault, ProviderFailure, reasonLines } from './key-exchange.ts';
import type { CryptoKeyId, ProviderKeyId } from './key-id.ts';
import type { KeyProvider } from './key-providers.ts';

type Attribute = Data<'KeyValue'>;

/** The custom attributes of a spec. @throws InvalidArgument for one without a name (assumed) */
export function attributesIn(spec: Data<'CryptoManagerKmipCustomAttributeSpec'> | undefined): readonly Attribute[] {
  const attributes = spec?.attributes ?? [];
  const nameless = attributes.findIndex(({ key }) => !key);
  if (nameless >= 0) throw invalidArgument(`spec.attributes[${nameless}].key`);
  return attributes;
}

/** The text is assumed. */
export function noDefaultProvider(crypto: VcenterCrypto): VimFault {
  return runtimeFault(crypto.assumed.noDefaultProvider);
}

/**
 * vim25 CryptoManagerKmip.GenerateKey: Create, then the product attributes on another connection; the key stays Pre-Active.
 * A KMS failure is a result with `success` false, or a RuntimeFault when the table of assumed values says so.
 */
export async function generateKey(
  crypto: VcenterCrypto,
  provider: KeyProvider,
  attributes: readonly Attribute[],
  cause: number,
): Promise<Data<'CryptoKeyResult'>> {
  // reported by users: a fault; its text is assumed
  if (provider.native) throw runtimeFault(crypto.assumed.noNativeKeys);
  try {
    const key = await crypto.exchange.create(provider, cause);
    await crypto.exchange.describeProduct(provider, key, cause);
    return await setKeyAttributes(crypto, provider, key, attributes, cause);
  } catch (error) {
    if (!(error instanceof ProviderFailure)) throw error;
    const failure = keyExchangeFault(error, crypto.assumed);
    if (crypto.assumed.generateKeyFailure === 'fault') throw failure;
    // documented form (Broadcom KB 396701); what stands there when attributes were given is assumed
    const [first, ...more] = reasonLines(error, crypto.assumed).map(({ message }) => message ?? '');
    const given = attributes.map(({ key, value }) => `${key}=${value}`).join(', ');
    const reason = [first, 'Reason:', ...more, `Custom attributes: ${given || '(null)'}`].join('\n');
    return failed({ keyId: '', providerId: { id: provider.id } }, reason, failure);
  }
}

/**
 * vim25 CryptoManagerKmip.SetKeyCustomAttributes: sent to the KMS as attributes of the key. A refusal is the result; the key
 * itself is not touched by it.
 */
export async function setKeyAttributes(
  crypto: VcenterCrypto,
  provider: KeyProvider,
  key: ProviderKeyId,
  attributes: readonly Attribute[],
  cause: number,
): Promise<Data<'CryptoKeyResult'>> {
  if (provider.native) throw runtimeFault(crypto.assumed.noNativeKeys);
  if (attributes.length === 0) return { keyId: key, success: true };
  const values = Object.fromEntries(attributes.map(({ key: name, value }) => [name, value]));
  try {
    await crypto.exchange.setAttributes(provider, key, values, cause);
    return { keyId: key, success: true };
  } catch (error) {
    if (!(error instanceof ProviderFailure)) throw error;
    const reasons = reasonLines(error, crypto.assumed).map(({ message }) => message ?? '');
    return failed(key, reasons.join('\n') || error.message, runtimeFault(error.message));
  }
}

function failed(keyId: CryptoKeyId, reason: string, failure: VimFault): Data<'CryptoKeyResult'> {
  return { keyId, success: false, reason, fault: failure.localized };
}
