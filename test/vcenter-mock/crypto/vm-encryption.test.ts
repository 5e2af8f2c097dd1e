import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { CryptoKeyId, CryptoSpec, CryptoVm, VmCryptoRequest } from '../../../vcenter-mock/crypto/index.ts';
import {
  createLab,
  createPki,
  encryptByPolicy,
  encryptionPolicy,
  faultOf,
  host,
  type Lab,
  type Pki,
  vm,
} from './lab.ts';

let pki: Pki;
let lab: Lab;
beforeAll(async () => {
  pki = await createPki();
});
afterEach(() => lab.stop());

const key = (keyId: string): CryptoKeyId => ({ keyId, providerId: { id: 'kms-cluster' } });
const twoDisks = () => [
  { key: 2000, fileName: '[datastore1] test01/test01.vmdk' },
  { key: 2001, fileName: '[datastore1] test01/test01_1.vmdk' },
];
const reconfigure = (request: VmCryptoRequest, which = 0) =>
  lab.crypto.encryption.reconfigure(lab.inventory.vms()[which]!, request, undefined);
const first = () => lab.inventory.vms()[0]!;
const encryptFiles: VmCryptoRequest = { profiles: [{ profileId: encryptionPolicy }], disks: [] };
const withCrypto = (crypto: CryptoSpec): VmCryptoRequest => ({ crypto, disks: [] });

it('a provider that is removed once the VM is encrypted does not make the task fail', async () => {
  lab = await createLab(pki);
  const { encryption, providers } = lab.crypto;
  await encryption.reconfigure(first(), encryptByPolicy, undefined, {
    apply: async (change) => {
      lab.inventory.updateVm(first().id, change);
      providers.remove('kms-cluster', 'kms1');
    },
  });
  expect(first().keyId).toEqual(key('1'));
});

it('a key that the host has encrypts another VM while the KMS is away', async () => {
  lab = await createLab(pki, { vms: [vm(), vm({ id: 'vm-2' })] });
  await reconfigure(encryptByPolicy);
  await lab.kms.stop();
  const cryptoKeyId = first().keyId!;
  await reconfigure(withCrypto({ kind: 'encrypt', cryptoKeyId }), 1);
  expect(lab.inventory.vms()[1]!.keyId).toEqual(cryptoKeyId);
});

describe('what becomes of the VM', () => {
  it('files and all disks: one key, the filter, new file names, required vMotion encryption', async () => {
    lab = await createLab(pki, { vms: [vm({ disks: twoDisks() })] });
    const profiles = [{ profileId: encryptionPolicy }];
    await reconfigure({
      profiles,
      disks: [
        { deviceIndex: 0, diskKey: 2000, profiles },
        { deviceIndex: 1, diskKey: 2001, profiles },
      ],
    });
    expect(first()).toMatchObject({
      keyId: key('1'),
      migrateEncryption: 'required',
      cryptoState: 'unlocked',
      disks: [
        { keyId: key('1'), fileName: '[datastore1] test01/test01_1.vmdk' },
        { keyId: key('1'), fileName: '[datastore1] test01/test01_2.vmdk' },
      ],
    });
    expect(lab.inventory.filters.get(2001)).toEqual(['VMW_vmwarevmcrypt_1.0.0']);
    expect(lab.inventory.extraConfig.get('encryption.bundle')).toMatch(
      /^vmware:key\/list\/\(pair\/\(fqid\/<VMWARE-NULL>\/kms-cluster\/1,HMAC-SHA-256,[A-Za-z0-9+/]+=*\)\)$/,
    );
    expect(lab.inventory.hosts()[0]).toMatchObject({ cryptoState: 'safe', cryptoKeyId: key('2') });
    expect(lab.crypto.hosts.caches.of('host-1').names()).toEqual(['2/kms-cluster', '1/kms-cluster']);
    expect(lab.kms.states).toEqual(
      new Map([
        ['1', 2],
        ['2', 2],
      ]),
    );
    expect(lab.events.map(({ eventTypeId, message, vmId }) => [eventTypeId, message, vmId])).toEqual([
      ['com.vmware.vc.host.Crypto.Enabled', 'Encryption mode is enabled on host.', undefined],
      ['com.vmware.vc.crypto.Operation', 'Crypto operation audit event', 'vm-1'],
    ]);
  });

  it('files and one of two disks: the other disk stays plain', async () => {
    lab = await createLab(pki, { vms: [vm({ disks: twoDisks() })] });
    await reconfigure(encryptByPolicy);
    expect(first().disks.map((disk) => disk.keyId)).toEqual([key('1'), undefined]);
  });

  it('recryption of the files alone: the disks keep their key', async () => {
    lab = await createLab(pki);
    await reconfigure(encryptByPolicy);
    await reconfigure(withCrypto({ kind: 'shallowRecrypt', newKeyId: { keyId: '' } }));
    expect(first()).toMatchObject({ keyId: key('3'), disks: [{ keyId: key('1') }] });
  });

  it('files and disk with a key each, as the client names them', async () => {
    lab = await createLab(pki);
    const provider = lab.crypto.providers.get('kms-cluster');
    const [one, two] = [
      await lab.crypto.exchange.create(provider, undefined),
      await lab.crypto.exchange.create(provider, undefined),
    ];
    const profiles = [{ profileId: encryptionPolicy }];
    await reconfigure({
      profiles,
      crypto: { kind: 'encrypt', cryptoKeyId: one },
      disks: [{ deviceIndex: 0, diskKey: 2000, profiles, crypto: { kind: 'encrypt', cryptoKeyId: two } }],
    });
    expect(first()).toMatchObject({ keyId: key('1'), disks: [{ keyId: key('2') }] });
    expect(lab.crypto.hosts.caches.of('host-1').names()).toEqual(['3/kms-cluster', '1/kms-cluster', '2/kms-cluster']);
  });

  it('files alone: the disks stay plain, unless the crypto spec is inherited', async () => {
    lab = await createLab(pki);
    await reconfigure(encryptFiles);
    expect([first().keyId, first().disks[0]!.keyId]).toEqual([key('1'), undefined]);
    await lab.stop();
    lab = await createLab(pki, { crypto: { assumed: { disksInheritCrypto: true } } });
    await reconfigure(encryptFiles);
    expect(first().disks[0]!.keyId).toEqual(key('1'));
  });

  it('a key that the client made before is fetched and activated, none is created', async () => {
    lab = await createLab(pki);
    const provider = lab.crypto.providers.get('kms-cluster');
    const made = await lab.crypto.exchange.create(provider, undefined);
    expect(lab.kms.states.get('1')).toBe(1);
    await reconfigure(withCrypto({ kind: 'encrypt', cryptoKeyId: made }));
    expect(first().keyId).toEqual(key('1'));
    expect(lab.kms.states.get('1')).toBe(2);
    expect(lab.kms.states.size).toBe(2);
  });

  it('a disk that joins an encrypted VM shares its key, without a word to the KMS', async () => {
    lab = await createLab(pki);
    await reconfigure(encryptFiles);
    const before = lab.kms.connections.length;
    await reconfigure({ disks: encryptByPolicy.disks });
    expect(first().disks[0]!.keyId).toEqual(key('1'));
    expect(lab.kms.connections).toHaveLength(before);
  });

  it('two VMs at the same time on a host that is not safe: one host key, made once', async () => {
    lab = await createLab(pki, { vms: [vm(), vm({ id: 'vm-2', name: 'test02', uuid: '2' })] });
    await Promise.all([reconfigure(encryptByPolicy), reconfigure(encryptByPolicy, 1)]);
    expect(lab.kms.states.size).toBe(3);
    const keys = lab.inventory.vms().map(({ keyId }) => keyId?.keyId);
    expect(new Set([...keys, lab.inventory.hosts()[0]!.cryptoKeyId?.keyId]).size).toBe(3);
  });

  it('decryption unsets the keys and leaves them at the KMS; vMotion stays required', async () => {
    lab = await createLab(pki);
    await reconfigure(encryptByPolicy);
    const before = lab.kms.connections.length;
    await reconfigure({
      profiles: [{}],
      crypto: { kind: 'decrypt' },
      disks: [{ deviceIndex: 0, diskKey: 2000, profiles: [{}], crypto: { kind: 'decrypt' } }],
    });
    expect(first().keyId).toBeUndefined();
    expect(first()).toMatchObject({ migrateEncryption: 'required', disks: [{ key: 2000 }] });
    expect(first().disks[0]!.keyId).toBeUndefined();
    expect(lab.inventory.filters.get(2000)).toEqual([]);
    expect(lab.inventory.extraConfig.get('encryption.bundle')).toBe('');
    expect(lab.kms.connections).toHaveLength(before);
    expect(lab.kms.states.size).toBe(2);
  });

  it('a policy without encryption decrypts, and the same policy twice changes nothing', async () => {
    lab = await createLab(pki);
    await reconfigure(encryptByPolicy);
    await reconfigure(encryptByPolicy);
    expect(lab.kms.states.size).toBe(2);
    const profiles = [{ profileId: 'aa6d5a82-1c88-45da-85d3-3d74b91a5bad' }];
    await reconfigure({ profiles, disks: [{ deviceIndex: 0, diskKey: 2000, profiles }] });
    expect([first().keyId, first().disks[0]!.keyId]).toEqual([undefined, undefined]);
  });

  it('recryption makes a new key with Create; deep writes a new file, shallow does not', async () => {
    lab = await createLab(pki);
    await reconfigure(encryptByPolicy);
    const file = first().disks[0]!.fileName;
    const recrypt = (crypto: CryptoSpec) => reconfigure({ crypto, disks: [{ deviceIndex: 0, diskKey: 2000, crypto }] });
    await recrypt({ kind: 'shallowRecrypt', newKeyId: { keyId: '', providerId: { id: 'kms-cluster' } } });
    expect(first()).toMatchObject({ keyId: key('3'), disks: [{ keyId: key('3'), fileName: file }] });
    await recrypt({ kind: 'deepRecrypt', newKeyId: { keyId: '' } });
    expect(first()).toMatchObject({ keyId: key('4'), disks: [{ keyId: key('4') }] });
    expect(first().disks[0]!.fileName).not.toBe(file);
  });
});

describe('what is refused', () => {
  const encrypted: Partial<CryptoVm> = {
    keyId: key('9'),
    migrateEncryption: 'required',
    disks: [{ key: 2000, fileName: '[datastore1] test01/test01.vmdk', keyId: key('9') }],
  };
  const snapshots = [{ children: [] }];
  const tree = [{ children: [{ children: [] }, { children: [] }] }];
  const encrypt: CryptoSpec = { kind: 'encrypt', cryptoKeyId: { keyId: '' } };
  const shallow: CryptoSpec = { kind: 'shallowRecrypt', newKeyId: { keyId: '' } };
  const deep: CryptoSpec = { kind: 'deepRecrypt', newKeyId: { keyId: '' } };
  const profiles = [{ profileId: encryptionPolicy }];
  const disk = { deviceIndex: 3, diskKey: 2000 };

  const cases: [string, Partial<CryptoVm>, VmCryptoRequest, string, string | undefined][] = [
    ['encrypt: powered on', { powerState: 'poweredOn' }, encryptFiles, 'InvalidPowerState', undefined],
    ['encrypt: snapshots', { snapshots }, encryptFiles, 'InvalidVmConfig', 'msg.hostd.configSpec.enc.snapshots'],
    ['encrypt: already', encrypted, withCrypto(encrypt), 'InvalidVmConfig', 'msg.hostd.configSpec.enc.encrypted'],
    [
      'decrypt: not encrypted',
      {},
      withCrypto({ kind: 'decrypt' }),
      'InvalidVmConfig',
      'msg.hostd.configSpec.enc.notEncrypted',
    ],
    [
      'decrypt: powered on',
      { ...encrypted, powerState: 'poweredOn' },
      withCrypto({ kind: 'decrypt' }),
      'InvalidPowerState',
      undefined,
    ],
    [
      'deep recrypt: powered on',
      { ...encrypted, powerState: 'poweredOn' },
      withCrypto(deep),
      'InvalidPowerState',
      undefined,
    ],
    [
      'deep recrypt: snapshots',
      { ...encrypted, snapshots },
      withCrypto(deep),
      'InvalidVmConfig',
      'msg.hostd.configSpec.enc.snapshots',
    ],
    [
      'shallow recrypt: snapshot tree',
      { ...encrypted, snapshots: tree },
      withCrypto(shallow),
      'InvalidVmConfig',
      'msg.hostd.configSpec.enc.snapshots',
    ],
    [
      'shallow recrypt: not encrypted',
      {},
      withCrypto(shallow),
      'InvalidVmConfig',
      'msg.hostd.configSpec.enc.notEncrypted',
    ],
    [
      'disk of a plain VM',
      {},
      { disks: [{ ...disk, profiles }] },
      'InvalidDeviceSpec',
      'msg.hostd.configSpec.enc.mismatch',
    ],
    [
      'disk without policy',
      {},
      { ...encryptFiles, disks: [{ ...disk, crypto: encrypt }] },
      'InvalidDeviceSpec',
      'msg.hostd.deviceSpec.enc.badPolicy',
    ],
    [
      'disk already encrypted',
      encrypted,
      { disks: [{ ...disk, profiles, crypto: encrypt }] },
      'InvalidDeviceOperation',
      'msg.hostd.deviceSpec.enc.encrypted',
    ],
    [
      'disk not encrypted',
      {},
      { disks: [{ ...disk, crypto: { kind: 'decrypt' } }] },
      'InvalidDeviceOperation',
      'msg.hostd.deviceSpec.enc.notEncrypted',
    ],
    [
      'not a disk',
      {},
      { disks: [{ deviceIndex: 0, diskKey: 4000, profiles, crypto: encrypt }] },
      'InvalidDeviceSpec',
      'msg.hostd.deviceSpec.enc.notDisk',
    ],
    [
      'decryption of the files alone',
      encrypted,
      withCrypto({ kind: 'decrypt' }),
      'InvalidVmConfig',
      'msg.hostd.configSpec.enc.mismatch',
    ],
    [
      'encryption of a disk while the files are decrypted',
      { ...encrypted, disks: [{ key: 2000, fileName: '[datastore1] test01/test01.vmdk' }] },
      { crypto: { kind: 'decrypt' }, disks: [{ ...disk, profiles, crypto: encrypt }] },
      'InvalidDeviceSpec',
      'msg.hostd.configSpec.enc.mismatch',
    ],
    [
      'decryption under an encryption policy',
      encrypted,
      { disks: [{ ...disk, profiles, crypto: { kind: 'decrypt' } }] },
      'InvalidDeviceSpec',
      'msg.hostd.deviceSpec.enc.badPolicy',
    ],
    [
      'decryption of a disk that keeps its policy',
      encrypted,
      { disks: [{ ...disk, crypto: { kind: 'decrypt' } }] },
      'InvalidDeviceSpec',
      'msg.hostd.deviceSpec.enc.badPolicy',
    ],
    [
      'an encryption policy with a word that nothing shall change',
      { ...encrypted, disks: [{ key: 2000, fileName: '[datastore1] test01/test01.vmdk' }] },
      { disks: [{ ...disk, profiles, crypto: { kind: 'noOp' } }] },
      'NotSupported',
      'msg.disk.policyChangeFailure',
    ],
    [
      'a disk chain without snapshots',
      {
        ...encrypted,
        disks: [
          { key: 2000, fileName: '[d] a/b-000001.vmdk', keyId: key('9'), parents: [{ fileName: '[d] a/b.vmdk' }] },
        ],
      },
      { disks: [{ ...disk, profiles, crypto: deep }] },
      'InvalidDeviceOperation',
      'msg.hostd.deviceSpec.enc.diskChain',
    ],
    [
      'a chain of which only the newest file is recrypted',
      {
        ...encrypted,
        snapshots: [{ children: [{ children: [] }] }],
        disks: [
          {
            key: 2000,
            fileName: '[d] a/b-000002.vmdk',
            keyId: key('9'),
            parents: [
              { fileName: '[d] a/b-000001.vmdk', keyId: key('9') },
              { fileName: '[d] a/b.vmdk', keyId: key('9') },
            ],
          },
        ],
      },
      { disks: [{ ...disk, crypto: shallow, parents: [shallow] }] },
      'InvalidVmConfig',
      'msg.hostd.configSpec.enc.mixedKeys',
    ],
    [
      'a linked clone',
      {
        ...encrypted,
        disks: [
          {
            key: 2000,
            fileName: '[d] c/c.vmdk',
            keyId: key('9'),
            linked: true,
            parents: [{ fileName: '[d] a/b.vmdk', keyId: key('9') }],
          },
        ],
      },
      { disks: [{ ...disk, crypto: shallow }] },
      'InvalidDeviceOperation',
      'msg.hostd.deviceSpec.enc.diskChain',
    ],
    [
      'a shared disk',
      { ...encrypted, disks: [{ key: 2000, fileName: '[d] a/b.vmdk', isShared: true }] },
      { disks: [{ ...disk, profiles, crypto: encrypt }] },
      'InvalidDeviceSpec',
      'msg.hostd.deviceSpec.enc.sharedBacking',
    ],
    [
      'a raw device mapping',
      { ...encrypted, disks: [{ key: 2000, fileName: '[d] a/b.vmdk', isRawMapping: true }] },
      { disks: [{ ...disk, profiles, crypto: encrypt }] },
      'InvalidDeviceSpec',
      'msg.hostd.deviceSpec.enc.notFile',
    ],
    [
      'an existing plain disk that shall be encrypted while it is added',
      { ...encrypted, disks: [{ key: 2000, fileName: '[d] a/b.vmdk' }] },
      { disks: [{ ...disk, operation: 'attach', profiles }] },
      'InvalidDeviceSpec',
      'msg.hostd.deviceSpec.add.noencrypt',
    ],
    [
      'an existing encrypted disk on a plain VM',
      { disks: [{ key: 2000, fileName: '[d] a/b.vmdk', keyId: key('9') }] },
      { disks: [{ ...disk, operation: 'attach', profiles }] },
      'InvalidDeviceSpec',
      'msg.hostd.configSpec.enc.mismatch',
    ],
    [
      'a virtual TPM on a plain VM',
      { hasVtpm: true },
      { disks: [], addsVtpm: true },
      'GenericVmConfigFault',
      'msg.vtpm.add.notEncrypted',
    ],
    [
      'decryption of a VM with a virtual TPM',
      { ...encrypted, hasVtpm: true, disks: [] },
      withCrypto({ kind: 'decrypt' }),
      'GenericVmConfigFault',
      'msg.vigor.enc.required.vtpm',
    ],
  ];
  for (const [name, facts, request, type, messageKey] of cases) {
    it(name, async () => {
      lab = await createLab(pki, { vms: [vm(facts)] });
      const fault = await faultOf(reconfigure(request));
      expect(fault.fault._type).toBe(type);
      expect(fault.fault.faultMessage?.[0]?.key).toBe(messageKey);
      if (type.startsWith('InvalidDevice'))
        expect(fault.fault).toMatchObject({ deviceIndex: request.disks[0]!.deviceIndex });
      if (type === 'InvalidPowerState') {
        expect(fault.fault).toMatchObject({ existingState: 'poweredOn', requestedState: 'poweredOff' });
      }
      expect(first()).toEqual(vm(facts));
      expect(lab.kms.connections).toEqual([]);
    });
  }

  it('shallow recryption with a chain of snapshots while powered on is allowed', async () => {
    const chain = [{ children: [{ children: [] }] }];
    lab = await createLab(pki, { vms: [vm({ ...encrypted, snapshots: chain, powerState: 'poweredOn' })] });
    await reconfigure(withCrypto(shallow));
    // The first request fetched the old key.
    expect(first().keyId).toEqual(key('2'));
  });

  it('hardware version 12, with a text that names both versions', async () => {
    lab = await createLab(pki, { vms: [vm({ hardwareVersion: 12 }), vm({ id: 'vm-2', hardwareVersion: 13 })] });
    const fault = await faultOf(reconfigure(encryptByPolicy));
    expect(fault.fault._type).toBe('GenericVmConfigFault');
    expect(fault.message).toContain('version 13');
    expect(fault.message).toContain('version 12');
    expect(lab.kms.connections).toEqual([]);
    await reconfigure(encryptByPolicy, 1);
    expect(lab.inventory.vms()[1]!.keyId).toEqual(key('1'));
  });

  it('a host without encryption', async () => {
    lab = await createLab(pki, { hosts: [host({ cryptoSupported: false })] });
    const fault = await faultOf(reconfigure(encryptByPolicy));
    expect(fault.fault._type).toBe('NotSupported');
    expect(lab.kms.connections).toEqual([]);
  });

  it('a key that the KMS does not have', async () => {
    lab = await createLab(pki);
    const message = 'Object with unique identifier nope does not exist';
    lab.kms.misbehave = ({ uniqueIdentifier }) =>
      uniqueIdentifier === 'nope' ? { refuse: { reason: 1, message } } : undefined;
    const fault = await faultOf(reconfigure(withCrypto({ kind: 'encrypt', cryptoKeyId: key('nope') })));
    expect(fault.fault._type).toBe('GenericVmConfigFault');
    expect(fault.fault.faultMessage?.[0]?.key).toBe('msg.vigor.enc.keyNotFound');
    expect(fault.message).toBe('The specified key was not found.');
    expect(fault.fault.faultMessage?.[1]?.message).toContain(message);
  });

  it('a key that is Deactivated', async () => {
    lab = await createLab(pki);
    lab.kms.states.set('1', 3);
    const fault = await faultOf(reconfigure(withCrypto({ kind: 'encrypt', cryptoKeyId: key('1') })));
    expect(fault.fault._type).toBe('GenericVmConfigFault');
    expect(fault.fault.faultMessage?.[1]?.message).toContain('Deactivated');
  });

  const states = { Deactivated: 3, Compromised: 4, Destroyed: 5, 'Destroyed Compromised': 6 };
  for (const [name, state] of Object.entries(states)) {
    it(`a key that is ${name}, though the host has it: the VM that has it keeps it`, async () => {
      lab = await createLab(pki, { vms: [vm(), vm({ id: 'vm-2' })] });
      await reconfigure(encryptByPolicy);
      const used = first().keyId!;
      lab.kms.states.set(used.keyId, state);
      const fault = await faultOf(reconfigure(withCrypto({ kind: 'encrypt', cryptoKeyId: used }), 1));
      expect(fault.fault._type).toBe('GenericVmConfigFault');
      expect(fault.fault.faultMessage?.[1]?.message).toContain(name);
      expect(lab.inventory.vms()[1]!.keyId).toBeUndefined();
      expect(first().keyId).toEqual(used);
    });
  }

  it('a provider that does not exist', async () => {
    lab = await createLab(pki);
    const cryptoKeyId = { keyId: 'nope', providerId: { id: 'doesnotexist' } };
    const fault = await faultOf(reconfigure(withCrypto({ kind: 'encrypt', cryptoKeyId })));
    expect(fault.fault).toMatchObject({ _type: 'InvalidArgument', invalidProperty: 'spec.crypto' });
    expect(lab.kms.connections).toEqual([]);
  });

  it('files without policy where the release asks for one, except with a virtual TPM', async () => {
    const crypto = { assumed: { policyRequiredForVmFiles: true } };
    lab = await createLab(pki, { crypto, vms: [vm(), vm({ id: 'vm-2', hasVtpm: true })] });
    const fault = await faultOf(reconfigure(withCrypto(encrypt)));
    expect(fault.fault.faultMessage?.[0]?.key).toBe(
      'com.vmware.vim.vpxd.encryption.encryptForbiddenWithoutEncryptedProfile',
    );
    await reconfigure(withCrypto(encrypt), 1);
    expect(lab.inventory.vms()[1]!.keyId).toEqual(key('1'));
  });
});

it('no key, password or private key reaches the journal', async () => {
  lab = await createLab(pki, { userName: 'vcenter', password: 'Sesame-4711' });
  await reconfigure(encryptByPolicy);
  const journal = JSON.stringify(lab.runtime.journal.entries());
  expect(journal).not.toContain('Sesame');
  expect(journal).not.toContain('PRIVATE KEY');
  // Key "1" is 32 bytes of 01, key "2" of 02.
  for (const byte of [1, 2]) {
    expect(journal).not.toContain(Buffer.alloc(8, byte).toString('hex'));
    expect(journal).not.toContain(Buffer.alloc(9, byte).toString('base64'));
  }
});
