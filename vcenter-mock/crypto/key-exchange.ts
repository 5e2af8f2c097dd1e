import type { Runtime } from '../../core/index.ts';
import { State } from '../../kmip/index.ts';
import type { VimFault } from '../vim/kernel/fault.ts';
import type { CryptoAssumed } from './assumed.ts';
import type { CryptoEvent, CryptoEventId } from './events.ts';
import { type FaultMessage, runtimeFault } from './faults.ts';
import { keyName, type ProviderKeyId, providerKey } from './key-id.ts';
import type { KeyProvider, KmipServer } from './key-providers.ts';
import type { KmipSession } from './kmip-session.ts';
import type { KmsConnector, Purpose } from './kms-connector.ts';
import { errorCode, errorNumber, KmsFailure } from './kms-failure.ts';
import { nativeFault, notBackedUp } from './native-rules.ts';

/** Posts a crypto event in the wording of the simulated release. */
export type Announce = (
  id: CryptoEventId,
  subject: Pick<CryptoEvent, 'hostId' | 'vmId' | 'arguments'>,
  cause?: number,
) => void;

/** Values of the three product attributes; vCenter's build. observed (7.0.3) */
export interface ProductStrings {
  version: string;
  vendor: string;
  product: string;
}

/** Who a key belongs to: the three owner attributes. observed */
export interface KeyOwner {
  identifier: string;
  component: 'ESXi Server' | 'Virtual Machine';
  name: string;
}

/** No server of a provider did what was asked: one failure for each server that was tried. */
export class ProviderFailure extends Error {
  readonly providerId: string;
  readonly what: 'generate' | 'get';
  readonly key: ProviderKeyId | undefined;
  readonly failures: readonly { server: KmipServer; failure: KmsFailure }[];

  constructor(
    providerId: string,
    what: 'generate' | 'get',
    key: ProviderKeyId | undefined,
    failures: readonly { server: KmipServer; failure: KmsFailure }[],
  ) {
    super(failures.at(-1)?.failure.message ?? `key provider ${providerId} has no server`);
    this.name = 'ProviderFailure';
    this.providerId = providerId;
    this.what = what;
    this.key = key;
    this.failures = failures;
  }

  /** Some server answered, and refused vCenter the access: it tells nothing about the key. */
  get isDenied(): boolean {
    return this.failures.some(({ failure }) => failure.isDenied);
  }

  /** Some server answered that the key is not there or not usable; otherwise the provider itself is at fault. */
  get isKeyMissing(): boolean {
    return this.failures.some(({ failure }) => failure.isKeyMissing);
  }
}

/** A native provider makes no key of that id: it answered, and does not have the key. */
class NativeKeyMissing extends ProviderFailure {
  override get isKeyMissing(): boolean {
    return true;
  }
}

/** vCenter's dealings with keys at the KMS: one TLS connection for each task, the servers of a provider tried in turn. */
export class KeyExchange {
  readonly #runtime: Runtime;
  readonly #assumed: CryptoAssumed;
  readonly #connector: KmsConnector;
  readonly #product: ProductStrings;
  readonly #announce: Announce;

  constructor(parts: {
    runtime: Runtime;
    assumed: CryptoAssumed;
    connector: KmsConnector;
    product: ProductStrings;
    announce: Announce;
  }) {
    this.#runtime = parts.runtime;
    this.#assumed = parts.assumed;
    this.#connector = parts.connector;
    this.#product = parts.product;
    this.#announce = parts.announce;
  }

  /**
   * Creates an AES-256 key; it stays Pre-Active until it is fetched for use. observed (C1, C3)
   * A native provider's keys are made in vCenter, and only after the provider was backed up. documented
   * @throws ProviderFailure after the events KeyGenerateFail and, for each server that is, Unreachable; RuntimeFault for a
   *   native provider without a backup (assumed)
   */
  async create(provider: KeyProvider, cause: number | undefined): Promise<ProviderKeyId> {
    try {
      const uniqueIdentifier = provider.native
        ? this.#nativeKeyId(provider)
        : await this.#onFirst(provider, 'generate', undefined, cause, (session) => session.create());
      const key = providerKey(uniqueIdentifier, provider.id);
      this.#runtime.journal.record({
        plane: 'vcenter',
        event: 'vcenter.key.generated',
        text: `key ${keyName(key)} generated`,
        data: { keyId: key.keyId, provider: provider.id },
        cause,
      });
      return key;
    } catch (error) {
      if (error instanceof ProviderFailure) this.announceFailure(error, cause);
      throw error;
    }
  }

  /** A native key is its id: the material is derived when it is asked for. */
  #nativeKeyId(provider: KeyProvider): string {
    const broken = notBackedUp(provider, this.#assumed);
    if (broken) throw nativeFault(broken);
    return this.#runtime.random.stream('vcenter.native-key').uuid();
  }

  /** Posts that a key could not be made or fetched for use, and which servers were out of reach. */
  announceFailure({ providerId, failures }: ProviderFailure, cause: number | undefined): void {
    const keyProvider = { key: 'keyProvider', value: providerId };
    this.#announce('com.vmware.vc.kms.crypto.KeyGenerateFail', { arguments: [keyProvider] }, cause);
    for (const { server, failure } of failures) {
      if (!failure.isUnreachable) continue;
      const serverName = { key: 'serverName', value: server.info.name };
      this.#announce('com.vmware.vc.kms.crypto.Unreachable', { arguments: [keyProvider, serverName] }, cause);
    }
  }

  /**
   * Fetches a key for use: Get, Get Attributes State, and Activate when it is Pre-Active. observed (C4, C7)
   * @returns the 32 bytes of the key
   * @throws ProviderFailure
   */
  async fetch(provider: KeyProvider, key: ProviderKeyId, cause: number | undefined): Promise<Buffer> {
    const { keyId } = key;
    if (provider.native) {
      const derived = provider.native.derive(keyId);
      if (derived) {
        this.#runtime.journal.record({
          plane: 'vcenter',
          event: 'vcenter.key.derived',
          text: `key ${keyName(key)} derived from the key of its native provider`,
          data: { keyId, provider: provider.id },
          cause,
        });
        return derived;
      }
      throw new NativeKeyMissing(provider.id, 'get', key, []);
    }
    const material = await this.#onFirst(provider, 'get', key, cause, async (session) => {
      const bytes = await session.get(keyId);
      if ((await usableState(session, keyId)) === State.PreActive) await session.activate(keyId);
      return bytes;
    });
    this.#runtime.journal.record({
      plane: 'vcenter',
      event: 'vcenter.key.fetched',
      text: `key ${keyName(key)} fetched for use`,
      data: { keyId, provider: provider.id },
      cause,
    });
    return material;
  }

  /**
   * A key that is in memory already encrypts nothing new once it is Deactivated, Compromised or Destroyed. documented (vcenter.md
   * 10.1). A KMS that is away or has lost the key says nothing of that kind.
   * @throws ProviderFailure
   */
  async requireUsable(provider: KeyProvider, key: ProviderKeyId, cause: number | undefined): Promise<void> {
    try {
      await this.#onFirst(provider, 'get', key, cause, (session) => usableState(session, key.keyId));
    } catch (error) {
      if (!(error instanceof ProviderFailure)) throw error;
      if (error.failures.some(({ failure }) => failure.kind === 'key-state')) throw error;
    }
  }

  /** The key's State at the KMS. @throws ProviderFailure, with the KMS's refusal when it does not have the key */
  state(provider: KeyProvider, key: ProviderKeyId, cause: number | undefined): Promise<State | undefined> {
    return this.#onFirst(provider, 'get', key, cause, (session) => session.getState(key.keyId));
  }

  /** The three product attributes, best effort. observed (C2, C5) */
  describeProduct(provider: KeyProvider, key: ProviderKeyId, cause: number | undefined): Promise<void> {
    const { version, vendor, product } = this.#product;
    const values = { 'x-Product_Version': version, 'x-Vendor': vendor, 'x-Product': product };
    return this.#describe(provider, key, values, cause);
  }

  /** The three owner attributes, best effort. observed (C6, C8) */
  describeOwner(provider: KeyProvider, key: ProviderKeyId, owner: KeyOwner, cause: number | undefined): Promise<void> {
    const values = { 'x-Identifier': owner.identifier, 'x-Component': owner.component, 'x-Name': owner.name };
    return this.#describe(provider, key, values, cause);
  }

  /**
   * Custom attributes that a client gave (vim25 CryptoManagerKmipCustomAttributeSpec): one that the key has gets the new value. KMIP 1.1
   * §3.36: a client's own attributes begin with `x-`. @throws ProviderFailure
   */
  setAttributes(
    provider: KeyProvider,
    key: ProviderKeyId,
    values: Readonly<Record<string, string>>,
    cause: number | undefined,
  ): Promise<void> {
    const named = Object.entries(values).map(([name, value]) => [name.startsWith('x-') ? name : `x-${name}`, value]);
    const attributes = Object.fromEntries(named) as Record<string, string>;
    return this.#onFirst(provider, 'get', key, cause, (session) => session.setAttributes(key.keyId, attributes));
  }

  /** Says that a key exists at the KMS that nothing uses: it was made, and then the operation failed. */
  leaveBehind(key: ProviderKeyId, cause: number | undefined): void {
    this.#runtime.journal.record({
      plane: 'vcenter',
      event: 'vcenter.key.left-behind',
      level: 'warn',
      text: `key ${keyName(key)} is left behind at the KMS: nothing uses it`,
      data: { keyId: key.keyId, provider: key.providerId.id },
      cause,
    });
  }

  /** Adds attributes that are absent. Never rejects. observed */
  async #describe(
    provider: KeyProvider,
    key: ProviderKeyId,
    values: Readonly<Record<string, string>>,
    cause: number | undefined,
  ): Promise<void> {
    // A native key is nowhere that it could be labelled.
    if (provider.native) return;
    try {
      await this.#onFirst(provider, 'get', key, cause, (session) => session.addAbsentAttributes(key.keyId, values));
    } catch (error) {
      if (!(error instanceof ProviderFailure)) throw error;
      this.#runtime.journal.record({
        plane: 'vcenter',
        event: 'vcenter.key.not-described',
        level: 'debug',
        text: `key ${keyName(key)} stays without ${Object.keys(values).join(', ')}: ${error.message}`,
        data: { keyId: key.keyId, provider: provider.id },
        cause,
      });
    }
  }

  /** Runs a task on the first server that does it. */
  async #onFirst<T>(
    provider: KeyProvider,
    what: 'generate' | 'get',
    key: ProviderKeyId | undefined,
    cause: number | undefined,
    task: (session: KmipSession) => Promise<T>,
  ): Promise<T> {
    const failures: { server: KmipServer; failure: KmsFailure }[] = [];
    const purpose = key ? `key ${keyName(key)}` : `a new key of ${provider.id}`;
    for (const server of provider.servers) {
      try {
        return await this.#onServer(provider, server, { purpose, cause }, task);
      } catch (error) {
        if (!(error instanceof KmsFailure)) throw error;
        failures.push({ server, failure: error });
        if (error.kind === 'stopped') break;
      }
    }
    throw new ProviderFailure(provider.id, what, key, failures);
  }

  /**
   * One server. vim25 KmipServerInfo.reconnect: where it is set, a task whose connection was lost begins once more on a new
   * one. That this is what it means, and that it is once, is assumed.
   */
  async #onServer<T>(
    provider: KeyProvider,
    server: KmipServer,
    purpose: Purpose,
    task: (session: KmipSession) => Promise<T>,
  ): Promise<T> {
    try {
      return await this.#connector.session(provider, server, purpose, task);
    } catch (error) {
      const lost = error instanceof KmsFailure && (error.kind === 'reset' || error.kind === 'closed');
      if (!lost || !((server.info.reconnect ?? 0) > 0)) throw error;
      return await this.#connector.session(provider, server, purpose, task);
    }
  }
}

/** documented (vcenter.md 10.1): only Active keys are used, and those that can become so. @throws KmsFailure */
async function usableState(session: KmipSession, keyId: string): Promise<State | undefined> {
  const state = await session.getState(keyId);
  if (state === undefined || state === State.PreActive || state === State.Active) return state;
  throw session.unusable(keyId, state);
}

/** The lines below "Cannot generate key"; the forms are documented (Broadcom KB 396701) and reported by users (PyKMIP #218). */
export function reasonLines(failure: ProviderFailure, assumed: CryptoAssumed): FaultMessage[] {
  const { providerId, failures, key, what } = failure;
  const keys = assumed.messageKeys;
  const lines: FaultMessage[] = [];
  const last = failures.at(-1)?.failure;
  if (what === 'generate') {
    const number = last ? errorNumber(last, assumed) : assumed.errorNumbers.communicate;
    lines.push({
      key: keys.provider,
      message: `Failed to generate key on key provider ${providerId}, error ${number}:`,
    });
  }
  for (const { server, failure: one } of failures) {
    const { address, name } = server.info;
    const reason = one.resultMessage ?? one.message;
    lines.push({
      key: keys.server,
      message:
        what === 'generate'
          ? `Failed to generate key on KMS ${address}: ${errorCode(one, assumed)}`
          : `Cannot get key ${key?.keyId} from KMS server ${name}, reason: ${reason}`,
    });
    // The KMS's Result Message stands alone and verbatim, so that it can be looked for. reported by users
    lines.push({ key: keys.reason, message: reason });
  }
  return lines;
}

/**
 * The fault of a broken key exchange: a RuntimeFault whose text is "Cannot generate key" (the guide), the reason lines as
 * its messages, and the same lines as a chain of causes.
 */
export function keyExchangeFault(failure: ProviderFailure, assumed: CryptoAssumed): VimFault {
  const faultMessage = reasonLines(failure, assumed);
  let faultCause: VimFault | undefined;
  for (const { message } of faultMessage.toReversed()) faultCause = runtimeFault(message ?? '', { faultCause });
  return runtimeFault(assumed.cannotGenerateKey, { faultMessage, faultCause });
}
