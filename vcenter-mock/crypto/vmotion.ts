import { createHash, randomBytes } from 'node:crypto';
import { messageOf, type Runtime } from '../../core/index.ts';
import { VimFault } from '../vim/kernel/fault.ts';
import type { CryptoAssumed } from './assumed.ts';
import { encryptedVmotionNotSupported, invalidState, migrationFault } from './faults.ts';
import type { HostCrypto } from './host-crypto.ts';
import type { CryptoHost, CryptoVm } from './inventory.ts';
import { type Announce, keyExchangeFault, ProviderFailure } from './key-exchange.ts';
import { keyName } from './key-id.ts';
import { type MigrationKey, MigrationReceiver, sendImage } from './migration-channel.ts';
import { harmOf } from './migration-wire.ts';
import { keysOf } from './vm-locks.ts';

/** Bytes of a memory page. */
const pageBytes = 4096;

/** How a migration went. */
export interface MigrationOutcome {
  encrypted: boolean;
  /** Packets on the wire, the closing one included. */
  packets: number;
  bytes: number;
}

interface Transfer {
  vm: CryptoVm;
  source: CryptoHost;
  destination: CryptoHost;
  secret: MigrationKey | undefined;
  cause: number | undefined;
  signal: AbortSignal | undefined;
}

/** Moves virtual machines between hosts, with vMotion's own one-time keys: no KMS takes part. documented (vcenter.md 11) */
export class Vmotion {
  readonly #runtime: Runtime;
  readonly #assumed: CryptoAssumed;
  readonly #hosts: HostCrypto;
  readonly #announce: Announce;
  readonly #route: (port: number) => number | Promise<number>;

  /** @param route the loopback port that the source host dials to reach the destination's; a path between hosts may do harm */
  constructor(parts: {
    runtime: Runtime;
    assumed: CryptoAssumed;
    hosts: HostCrypto;
    announce: Announce;
    route?: (port: number) => number | Promise<number>;
  }) {
    this.#runtime = parts.runtime;
    this.#assumed = parts.assumed;
    this.#hosts = parts.hosts;
    this.#announce = parts.announce;
    this.#route = parts.route ?? ((port) => port);
  }

  /**
   * Sends a VM's memory (for a powered-off VM its configuration) from one host to another over a loopback connection.
   * The caller changes the VM's host afterwards; when this throws the VM stays.
   * @throws MigrationFeatureNotSupported (required, but a host does not support it), InvalidState (locked, or its key cannot be
   *   brought to the destination), MigrationFault (the transfer broke off)
   */
  async migrate(
    vm: CryptoVm,
    source: CryptoHost,
    destination: CryptoHost,
    cause: number | undefined,
    signal?: AbortSignal,
  ): Promise<MigrationOutcome> {
    this.check(vm, source, destination);
    await this.#bringKeys(vm, destination, cause);
    // Made for this one transfer and given up with it.
    const secret = this.#encrypts(vm, source, destination) ? this.#makeKey(vm, source, destination, cause) : undefined;
    if (secret) this.#announceEncrypted(vm, source, cause);
    return await this.#transfer({ vm, source, destination, secret, cause, signal });
  }

  /**
   * What can be said without doing anything.
   * @throws MigrationFeatureNotSupported, InvalidState (locked), NotSupported (a host without encryption for an encrypted VM)
   */
  check(vm: CryptoVm, source: CryptoHost, destination: CryptoHost): void {
    this.#encrypts(vm, source, destination);
    if (keysOf(vm).length === 0) return;
    this.#hosts.checkSupport(destination);
    if (vm.cryptoState === 'locked') throw invalidState(this.#assumed, `Virtual machine "${vm.name}" is locked.`);
  }

  /** The guide's three settings; an encrypted VM is always `required`. */
  #encrypts(vm: CryptoVm, source: CryptoHost, destination: CryptoHost): boolean {
    const mode = keysOf(vm).length > 0 ? 'required' : vm.migrateEncryption;
    if (mode === 'disabled') return false;
    const unable = [source, destination].find((host) => !host.encryptedVMotionSupported);
    if (unable && mode === 'required') throw encryptedVmotionNotSupported(unable, unable === source);
    return unable === undefined;
  }

  /** documented: 256-bit key and 64-bit nonce, made by vCenter for this migration alone. */
  #makeKey(vm: CryptoVm, source: CryptoHost, destination: CryptoHost, cause: number | undefined): MigrationKey {
    const secret = { key: randomBytes(32), nonce: randomBytes(8) };
    this.#runtime.journal.record({
      plane: 'vcenter',
      event: 'vcenter.vmotion.key',
      text: `one-time key for the migration of ${vm.name} given to ${source.name} and ${destination.name}: 256 bits, AES-256-GCM`,
      data: {
        vm: vm.name,
        keyBits: secret.key.length * 8,
        nonceBits: secret.nonce.length * 8,
        cipher: 'AES-256-GCM',
        hosts: [source.name, destination.name],
      },
      cause,
    });
    return secret;
  }

  /** The VM's own keys must be on the destination host; the KMS is asked only for those that vCenter does not hold. */
  async #bringKeys(vm: CryptoVm, destination: CryptoHost, cause: number | undefined): Promise<void> {
    const keys = keysOf(vm);
    if (keys.length === 0) return;
    try {
      if (!this.#hosts.isSafe(destination)) await this.#hosts.configureKey(destination, undefined, cause);
      for (const key of keys) await this.#hosts.bring(destination, key, cause);
    } catch (error) {
      if (!(error instanceof ProviderFailure)) throw error;
      const reason = error.isKeyMissing ? 'KeyMissingOnKMS' : 'KMSClusterError';
      this.#announce(`com.vmware.vc.kms.crypto.SendKeyError.${reason}`, { hostId: destination.id }, cause);
      throw error.key
        ? invalidState(this.#assumed, `Key ${keyName(error.key)} not found`)
        : keyExchangeFault(error, this.#assumed);
    }
  }

  #announceEncrypted(vm: CryptoVm, source: CryptoHost, cause: number | undefined): void {
    const id =
      vm.powerState === 'poweredOn'
        ? 'com.vmware.vc.vm.VmHotMigratingWithEncryptionEvent'
        : 'com.vmware.vc.vm.VmMigratingWithEncryptionEvent';
    this.#announce(id, { vmId: vm.id, hostId: source.id }, cause);
  }

  async #transfer({ vm, source, destination, secret, cause, signal }: Transfer): Promise<MigrationOutcome> {
    const { clock, journal } = this.#runtime;
    const encrypted = secret !== undefined;
    const facts = { vm: vm.name, source: source.name, destination: destination.name, encrypted };
    const hit = this.#runtime.faults.consult('vcenter.vmotion', facts, cause);
    const why = hit?.entry.seq ?? cause;
    if (hit?.delay) await clock.sleep(hit.delay, signal);
    const pages = this.#pagesOf(vm);
    const receiver = new MigrationReceiver(secret);
    const release = clock.hold();
    // Only time ends what hangs.
    if (hit?.then.hang) release();
    const timer = clock.setTimeout(() => receiver.giveUp('it took too long'), this.#assumed.vmotionTimeoutMs);
    const cancelled = () =>
      receiver.giveUp(signal?.reason instanceof VimFault ? signal.reason.message : 'it was cancelled');
    signal?.addEventListener('abort', cancelled, { once: true });
    try {
      const port = await receiver.listen();
      const harm = hit && harmOf(hit.then);
      const send = async () => sendImage(await this.#route(port), pages, secret, { harm, signal });
      const [image] = await Promise.all([receiver.receive(), send()]);
      const how = encrypted ? 'encrypted with AES-256-GCM' : 'in clear';
      const { packets, bytes } = image;
      journal.record({
        plane: 'vcenter',
        event: 'vcenter.vmotion.transferred',
        text: `${vm.name} sent from ${source.name} to ${destination.name} ${how}: ${packets} packets`,
        data: { ...facts, packets, bytes },
        cause: why,
      });
      if (image.sha256 !== createHash('sha256').update(Buffer.concat(pages)).digest('hex')) {
        // Only without encryption: no host looks at the bytes, but the lab's user should know.
        journal.record({
          plane: 'vcenter',
          event: 'vcenter.vmotion.changed-unnoticed',
          level: 'warn',
          text: `the memory of ${vm.name} arrived changed on ${destination.name}, and neither host noticed`,
          data: facts,
          cause: why,
        });
      }
      return { encrypted, packets, bytes };
    } catch (error) {
      journal.record({
        plane: 'vcenter',
        event: 'vcenter.vmotion.aborted',
        level: 'warn',
        text: `the migration of ${vm.name} to ${destination.name} was aborted: ${messageOf(error)}`,
        data: facts,
        cause: why,
      });
      // What cancelled it says so itself.
      if (signal?.aborted) throw error;
      throw migrationFault(`The migration of "${vm.name}" was aborted: ${messageOf(error)}`);
    } finally {
      timer.clear();
      signal?.removeEventListener('abort', cancelled);
      receiver.close();
      release();
    }
  }

  /** Made-up pages, the same for the same VM; they stand for its memory, or for its configuration when it is powered off. */
  #pagesOf(vm: CryptoVm): Buffer[] {
    const count = vm.powerState === 'poweredOff' ? 1 : this.#assumed.vmotionPages;
    return Array.from({ length: count }, (_, page) =>
      createHash('shake256', { outputLength: pageBytes }).update(`${vm.uuid} ${page}`).digest(),
    );
  }
}
