/**
 * What OVHcloud's guide to VM encryption (version of 2020-11-18) asks for, remarks and warns about, in our own words and in its
 * order, each with the shipped scenarios that show it. Generates a part of docs/library.md; a test keeps the paths true.
 */
export interface GuideRemark {
  /** The guide's chapter. */
  chapter: string;
  kind: 'prerequisite' | 'step' | 'remark' | 'note' | 'warning';
  text: string;
  /** Paths below scenarios/, without `.scenario.yaml`; the first one is about nothing else where there is such a one. */
  scenarios: readonly [string, ...string[]];
}

const prerequisites = 'Prerequisites';
const thumbprint = 'Retrieve the thumbprint';
const register = 'Register the KMS';
const cluster = 'Add the KMS in vCenter: about clusters';
const form = 'Add the KMS in vCenter: the form';
const certificate = 'Import of the certificate';
const policy = 'Edit the storage policy';
const vmotion = 'Encrypted vMotion';
const verification = 'Verification';

export const guideRemarks: readonly GuideRemark[] = [
  {
    chapter: prerequisites,
    kind: 'prerequisite',
    text: 'A Managed Bare Metal service, where encryption is not active yet',
    scenarios: ['guide/guide', 'guide/control-panel'],
  },
  {
    chapter: prerequisites,
    kind: 'prerequisite',
    text: 'An external KMS that speaks KMIP 1.1',
    scenarios: ['guide/kms-without-kmip-1-1', 'guide/guide'],
  },
  {
    chapter: prerequisites,
    kind: 'prerequisite',
    text: 'Access to vSphere, by a user who may do this',
    scenarios: ['permissions/no-crypto-administrator', 'ovh/allowed-networks'],
  },
  {
    chapter: prerequisites,
    kind: 'prerequisite',
    text: 'Virtual machines of hardware version 13 at least',
    scenarios: ['guide/hardware-version-12'],
  },
  {
    chapter: thumbprint,
    kind: 'step',
    text: 'The SHA-1 thumbprint of the KMS, by browser or with OpenSSL, which shows no client certificate',
    scenarios: ['guide/thumbprint', 'guide/guide'],
  },
  {
    chapter: register,
    kind: 'step',
    text: 'In the control panel: address, thumbprint, Continue, a progress bar',
    scenarios: ['guide/control-panel', 'ovh/stage-by-stage'],
  },
  {
    chapter: register,
    kind: 'step',
    text: 'With the API: the service name, the state "disabled", then POST with the path that the guide prints',
    scenarios: ['guide/guide'],
  },
  {
    chapter: register,
    kind: 'remark',
    text: 'Have service name, address and thumbprint at hand: with a wrong thumbprint the registration fails',
    scenarios: ['ovh/wrong-thumbprint', 'guide/thumbprint'],
  },
  {
    chapter: cluster,
    kind: 'remark',
    text: 'The first KMS that is added creates a cluster',
    scenarios: ['guide/first-cluster-and-default'],
  },
  {
    chapter: cluster,
    kind: 'remark',
    text: 'vCenter proposes it as the default one; that can be changed later',
    scenarios: ['guide/first-cluster-and-default'],
  },
  {
    chapter: cluster,
    kind: 'remark',
    text: 'Further instances of the same vendor can join a cluster',
    scenarios: ['clusters/one-server-dies', 'clusters/both-servers-down'],
  },
  {
    chapter: cluster,
    kind: 'remark',
    text: 'One instance is enough',
    scenarios: ['guide/first-cluster-and-default', 'guide/guide'],
  },
  {
    chapter: cluster,
    kind: 'remark',
    text: 'KMS of several vendors are several clusters',
    scenarios: ['guide/several-vendors'],
  },
  {
    chapter: cluster,
    kind: 'remark',
    text: 'When the default cluster of several is deleted, another one must be made the default',
    scenarios: ['guide/default-deleted'],
  },
  {
    chapter: form,
    kind: 'step',
    text: 'Add KMS, OK, and Trust, which accepts the certificate that is shown',
    scenarios: ['guide/guide', 'kms-failures/certificate-changed'],
  },
  {
    chapter: form,
    kind: 'warning',
    text: "The cluster's name must be unique and telling: it is needed again to reach its keys",
    scenarios: ['guide/same-name-again', 'clusters/provider-removed'],
  },
  {
    chapter: form,
    kind: 'remark',
    text: 'The alias names one KMS of the cluster',
    scenarios: ['guide/same-name-again', 'clusters/both-servers-down'],
  },
  {
    chapter: form,
    kind: 'remark',
    text: 'The address of the KMS may change; vCenter and OVHcloud are told each for itself',
    scenarios: ['recovery/kms-moves'],
  },
  {
    chapter: form,
    kind: 'remark',
    text: 'The port is 5696, or what the vendor says',
    scenarios: ['guide/another-port'],
  },
  {
    chapter: form,
    kind: 'remark',
    text: 'Proxy address and port stay empty',
    scenarios: ['trust/proxy-left-in-place', 'guide/guide'],
  },
  {
    chapter: form,
    kind: 'remark',
    text: 'User name and password only for a KMS that separates keys by them',
    scenarios: ['trust/password-of-the-kms', 'kms-failures/wrong-password'],
  },
  {
    chapter: certificate,
    kind: 'remark',
    text: 'Most vendors need a certificate of vCenter: establish the trust relationship',
    scenarios: ['kms-failures/client-certificate-not-uploaded', 'trust/self-signed-client', 'trust/signing-request'],
  },
  {
    chapter: certificate,
    kind: 'warning',
    text: "The private key must not be protected by a password: make the KMS's user without one",
    scenarios: ['guide/encrypted-private-key'],
  },
  {
    chapter: certificate,
    kind: 'step',
    text: 'The connection status must read "Normal"',
    scenarios: ['guide/guide', 'guide/another-port', 'time/health-check'],
  },
  {
    chapter: policy,
    kind: 'step',
    text: "Choose the VM's files and the disks that are to be encrypted",
    scenarios: ['guide/choose-files-and-disks'],
  },
  {
    chapter: policy,
    kind: 'remark',
    text: 'The operations must end without errors: the VM is off and has no snapshots',
    scenarios: ['guide/running-vm', 'lifecycle/snapshots-of-an-encrypted-vm'],
  },
  {
    chapter: policy,
    kind: 'note',
    text: 'When the key exchange fails: RuntimeFault "Cannot generate key"',
    scenarios: ['guide/cannot-generate-key', 'kms-failures/kms-down', 'kms-failures/gateway-not-opened'],
  },
  {
    chapter: vmotion,
    kind: 'remark',
    text: 'Encryption is set for each VM, and each migration has a 256-bit key of its own for AES-GCM',
    scenarios: ['guide/guide', 'vmotion/tampered-migration'],
  },
  {
    chapter: vmotion,
    kind: 'step',
    text: 'Disabled, Opportunistic, Required',
    scenarios: ['vmotion/three-settings', 'vmotion/changed-in-clear'],
  },
  {
    chapter: vmotion,
    kind: 'remark',
    text: 'vCenter makes these keys, not the KMS',
    scenarios: ['vmotion/maintenance', 'vmotion/three-settings'],
  },
  {
    chapter: verification,
    kind: 'step',
    text: 'Verify the configuration on all sides',
    scenarios: ['guide/guide'],
  },
];
