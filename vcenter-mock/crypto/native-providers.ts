import type { Runtime } from '../../core/index.ts';
import type { CryptoAssumed } from './assumed.ts';
import { invalidArgument, notSupported } from './faults.ts';
import type { Announce } from './key-exchange.ts';
import type { KeyProvider, KeyProviders } from './key-providers.ts';
import { isDerivationKey, isNativeKeyId, type NativeConfig, NativeKeys } from './native-keys.ts';
import { readBackup, writeBackup } from './pkcs12.ts';

/** Backups that wait to be fetched. */
const waitingLimit = 100;

/** Where a backup can be fetched, once. */
export interface BackupTicket {
  readonly token: string;
  /** ms since 1970 on the lab's clock. */
  readonly expiry: number;
}

interface WaitingBackup {
  readonly provider: string;
  readonly file: Buffer;
  readonly expiry: number;
}

/** Backups that wait, with their tokens; the file in base64. */
export type SavedBackups = readonly (readonly [token: string, provider: string, file: string, expiry: number])[];

/** Native key providers: made, backed up, restored, changed and deleted by the REST API alone. documented */
export class NativeProviders {
  readonly #runtime: Runtime;
  readonly #assumed: CryptoAssumed;
  readonly #providers: KeyProviders;
  readonly #announce: Announce;
  readonly #restored: (provider: string, cause: number) => Promise<void>;
  readonly #waiting = new Map<string, WaitingBackup>();

  /** @param parts.restored is called when a provider is there again whose keys something may wait for */
  constructor(parts: {
    runtime: Runtime;
    assumed: CryptoAssumed;
    providers: KeyProviders;
    announce: Announce;
    restored: (provider: string, cause: number) => Promise<void>;
  }) {
    this.#runtime = parts.runtime;
    this.#assumed = parts.assumed;
    this.#providers = parts.providers;
    this.#announce = parts.announce;
    this.#restored = parts.restored;
  }

  /**
   * Makes a provider. It has no backup yet: an event tells so, and it makes no keys until it has. documented
   * @param parts.keyId a UUID; default: a new one
   * @param parts.derivationKey 32 bytes; default: new ones
   * @throws InvalidArgument, AlreadyExists
   */
  create(
    id: string,
    parts: { keyId?: string; derivationKey?: Buffer; tpmRequired: boolean },
    cause: number,
  ): KeyProvider {
    if (parts.keyId !== undefined && !isNativeKeyId(parts.keyId)) throw invalidArgument('native_spec.key_id');
    if (parts.derivationKey && !isDerivationKey(parts.derivationKey)) {
      throw invalidArgument('native_spec.key_derivation_key');
    }
    const keyId = parts.keyId ?? this.#runtime.random.stream('vcenter.native-provider').uuid();
    const provider = this.#providers.addNative(id, new NativeKeys({ ...parts, keyId }));
    this.#record('created', id, cause);
    this.#announce('com.vmware.vc.kms.crypto.NotBackedUp', { arguments: named(id) }, cause);
    return provider;
  }

  /**
   * Prepares a backup, a PKCS#12 file; without a password it is not encrypted (documented).
   * @returns the ticket to fetch it with, once
   */
  async export(provider: KeyProvider, password: string | undefined, cause: number): Promise<BackupTicket> {
    const keys = nativeKeys(provider);
    const now = this.#runtime.clock.now();
    const file = await writeBackup(keys.config(provider.id, new Date(now).toISOString()), password ?? '');
    for (const [token, { expiry }] of this.#waiting) if (expiry <= now) this.#waiting.delete(token);
    const [oldest] = this.#waiting.keys();
    if (this.#waiting.size >= waitingLimit && oldest !== undefined) this.#waiting.delete(oldest);
    const token = this.#runtime.random.stream('vcenter.native-provider').hex(64);
    const expiry = now + this.#assumed.backupTokenMinutes * 60_000;
    this.#waiting.set(token, { provider: provider.id, file, expiry });
    this.#record('exported', provider.id, cause);
    return { token, expiry };
  }

  /**
   * Fetches a prepared backup; its token ends with it. The provider has a backup from now on. reported by users: it is the
   * download that makes it usable
   * @returns undefined when the token is unknown, used, expired or of another provider
   */
  download(id: string, token: string, cause: number): Buffer | undefined {
    const found = this.#waiting.get(token);
    if (!found || found.provider !== id) return undefined;
    this.#waiting.delete(token);
    if (found.expiry <= this.#runtime.clock.now()) return undefined;
    const provider = this.#providers.find(id);
    if (provider?.native && !provider.native.hasBackup) {
      provider.native.hasBackup = true;
      this.#providers.changed();
      const all = this.#providers.all().every(({ native }) => native?.hasBackup ?? true);
      if (all) this.#announce('com.vmware.vc.kms.crypto.AllBackedUp', {}, cause);
    }
    this.#record('backed-up', id, cause);
    return found.file;
  }

  /** What a backup holds. @throws InvalidArgument for a file that is none or a wrong password */
  async readBackup(file: Buffer, password: string): Promise<NativeConfig> {
    const config = await readBackup(file, password);
    if (!config || !isNativeKeyId(config.keyId) || !isDerivationKey(config.derivationKey))
      throw invalidArgument('config');
    return config;
  }

  /** Makes the provider of a backup again: with its keys, and with the backup that it comes from. @throws AlreadyExists */
  async restore(config: NativeConfig, tpmRequired: boolean, cause: number): Promise<void> {
    const { provider: id, keyId, derivationKey } = config;
    this.#providers.addNative(id, new NativeKeys({ keyId, derivationKey, tpmRequired, hasBackup: true }));
    this.#record('restored', id, cause);
    await this.#restored(id, cause);
  }

  /** Another id for the derivation key; a new backup is suggested. documented */
  update(provider: KeyProvider, keyId: string | undefined, cause: number): void {
    const keys = nativeKeys(provider);
    if (keyId === undefined || keyId === keys.keyId) return;
    if (!isNativeKeyId(keyId)) throw invalidArgument('native_spec.key_id');
    keys.keyId = keyId;
    this.#providers.changed();
    this.#record('updated', provider.id, cause);
    this.#announce('com.vmware.vc.kms.crypto.NotBackedUpAfterUpdate', { arguments: named(provider.id) }, cause);
  }

  /** The provider is gone, and with it every key that no memory holds; nothing is asked before. assumed */
  delete(provider: KeyProvider, cause: number): void {
    nativeKeys(provider);
    this.#providers.removeNative(provider.id);
    for (const [token, waiting] of this.#waiting) if (waiting.provider === provider.id) this.#waiting.delete(token);
    this.#record('deleted', provider.id, cause);
  }

  /** The backups that wait. */
  saveWaiting(): SavedBackups {
    return [...this.#waiting].map(([token, { provider, file, expiry }]) => [
      token,
      provider,
      file.toString('base64'),
      expiry,
    ]);
  }

  restoreWaiting(saved: SavedBackups): void {
    this.#waiting.clear();
    for (const [token, provider, file, expiry] of saved) {
      this.#waiting.set(token, { provider, file: Buffer.from(file, 'base64'), expiry });
    }
  }

  #record(what: string, provider: string, cause: number): void {
    this.#runtime.journal.record({
      plane: 'vcenter',
      event: `vcenter.native-provider.${what}`,
      text: `native key provider ${provider} ${what}`,
      data: { provider },
      cause,
    });
  }
}

/** @throws NotSupported for providers of other kinds */
function nativeKeys(provider: KeyProvider): NativeKeys {
  if (provider.native) return provider.native;
  throw notSupported(`Key provider ${provider.id} is not a native key provider.`);
}

function named(id: string) {
  return [{ key: 'keyProvider', value: id }];
}
