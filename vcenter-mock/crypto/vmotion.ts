import { createHash, randomBytes } from 'node:crypto';
import { messageOf, type Runtime } from '../../core/index.ts';
import type { CryptoAssumed } from './assumed.ts';
import { encryptedVmotionNotSupported, invalidState, migrationFault } from './faults.ts';
import type { HostCrypto } from './host-crypto.ts';
import type { CryptoHost, CryptoVm } from './inventory.ts';
import { type Announce, keyExchangeFault, ProviderFailure } from './key-exchange.ts';
import { keyName } from './key-id.ts';
import { type MigrationKey, MigrationReceiver, sendImage } from './migration-channel.ts';
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
  ): Promise<MigrationOutcome> {
    const secret = this.#decide(vm, source, destination) ? this.#makeKey(vm, source, destination, cause) : undefined;
    await this.#bringKeys(vm, destination, cause);
    if (secret) this.#announceEncrypted(vm, source, cause);
    return await this.#transfer(vm, source, destination, secret, cause);
  }

  /** The guide's three settings; an encrypted VM is always `required`. */
  #decide(vm: CryptoVm, source: CryptoHost, destination: CryptoHost): boolean {
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
    if (vm.cryptoState === 'locked') throw invalidState(`Virtual machine "${vm.name}" is locked.`);
    try {
      if (!this.#hosts.isSafe(destination)) await this.#hosts.configureKey(destination, undefined, cause);
      for (const key of keys) await this.#hosts.bring(destination, key, cause);
    } catch (error) {
      if (!(error instanceof ProviderFailure)) throw error;
      throw error.key ? invalidState(`Key ${keyName(error.key)} not found`) : keyExchangeFault(error, this.#assumed);
    }
  }

  #announceEncrypted(vm: CryptoVm, source: CryptoHost, cause: number | undefined): void {
    const id =
      vm.powerState === 'poweredOn'
        ? 'com.vmware.vc.vm.VmHotMigratingWithEncryptionEvent'
        : 'com.vmware.vc.vm.VmMigratingWithEncryptionEvent';
    this.#announce(id, { vmId: vm.id, hostId: source.id }, cause);
  }

  async #transfer(
    vm: CryptoVm,
    source: CryptoHost,
    destination: CryptoHost,
    secret: MigrationKey | undefined,
    cause: number | undefined,
  ): Promise<MigrationOutcome> {
    const pages = this.#pagesOf(vm);
    const receiver = new MigrationReceiver(secret);
    const how = secret ? 'encrypted with AES-256-GCM' : 'in clear';
    const release = this.#runtime.clock.hold();
    try {
      const port = await receiver.listen();
      const send = async () => sendImage(await this.#route(port), pages, secret);
      const [image] = await Promise.all([receiver.receive(), send()]);
      const sent = createHash('sha256').update(Buffer.concat(pages)).digest('hex');
      if (image.sha256 !== sent) throw migrationFault('The memory image arrived changed.');
      this.#runtime.journal.record({
        plane: 'vcenter',
        event: 'vcenter.vmotion.transferred',
        text: `${vm.name} sent from ${source.name} to ${destination.name} ${how}: ${image.packets} packets`,
        data: {
          vm: vm.name,
          source: source.name,
          destination: destination.name,
          encrypted: secret !== undefined,
          packets: image.packets,
          bytes: image.bytes,
        },
        cause,
      });
      return { encrypted: secret !== undefined, packets: image.packets, bytes: image.bytes };
    } catch (error) {
      this.#runtime.journal.record({
        plane: 'vcenter',
        event: 'vcenter.vmotion.aborted',
        level: 'warn',
        text: `the migration of ${vm.name} to ${destination.name} was aborted: ${messageOf(error)}`,
        data: { vm: vm.name, source: source.name, destination: destination.name, encrypted: secret !== undefined },
        cause,
      });
      throw migrationFault(`The migration of "${vm.name}" was aborted: ${messageOf(error)}`);
    } finally {
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
