import type { VimFault } from '../vim/kernel/fault.ts';
import type { Data } from '../vim/kernel/values.ts';
import { runtimeFault } from './faults.ts';
import type { VcenterCrypto } from './index.ts';
import { keyExchangeFault, ProviderFailure, reasonLines } from './key-exchange.ts';
import type { KeyProvider } from './key-providers.ts';

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
  attributes: readonly Data<'KeyValue'>[],
  cause: number,
): Promise<Data<'CryptoKeyResult'>> {
  try {
    const key = await crypto.exchange.create(provider, cause);
    await crypto.exchange.describeProduct(provider, key, cause);
    if (attributes.length > 0) {
      const values = Object.fromEntries(attributes.map(({ key: name, value }) => [name, value]));
      await crypto.exchange.setAttributes(provider, key, values, cause);
    }
    return { keyId: key, success: true };
  } catch (error) {
    if (!(error instanceof ProviderFailure)) throw error;
    const failure = keyExchangeFault(error, crypto.assumed);
    if (crypto.assumed.generateKeyFailure === 'fault') throw failure;
    // documented form (Broadcom KB 396701)
    const [first, ...more] = reasonLines(error, crypto.assumed).map(({ message }) => message ?? '');
    const reason = [first, 'Reason:', ...more].join('\n');
    const keyId = { keyId: '', providerId: { id: provider.id } };
    return { keyId, success: false, reason, fault: failure.localized };
  }
}
