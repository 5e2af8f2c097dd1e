import { type Element, escapeXml, textOf } from '../clients/soap.ts';

/** Pieces of vim25 specs as the vSphere Client sends them. */

/** A storage policy; the default one, which does not encrypt, without an id. */
export function profileXml(element: 'profile' | 'vmProfile', policyId: string | undefined): string {
  return policyId === undefined
    ? `<${element} xsi:type="VirtualMachineEmptyProfileSpec"></${element}>`
    : `<${element} xsi:type="VirtualMachineDefinedProfileSpec"><profileId>${escapeXml(policyId)}</profileId></${element}>`;
}

/** A key to recrypt with; without an id vCenter makes one. */
export interface NewKey {
  keyId?: string;
  provider?: string;
}

/** A CryptoSpec. */
export function cryptoXml(
  element: string,
  kind: 'Decrypt' | 'ShallowRecrypt' | 'DeepRecrypt',
  key: NewKey = {},
): string {
  const provider = key.provider ? `<providerId><id>${escapeXml(key.provider)}</id></providerId>` : '';
  const newKey =
    kind === 'Decrypt' ? '' : `<newKeyId><keyId>${escapeXml(key.keyId ?? '')}</keyId>${provider}</newKeyId>`;
  return `<${element} xsi:type="CryptoSpec${kind}">${newKey}</${element}>`;
}

/** A change of a disk that a VM has: the device as it was read, then a policy, then a CryptoSpec. */
export function diskChangeXml(disk: Element, parts: { profile?: string; crypto?: string }): string {
  const backing = `<backing xsi:type="VirtualDiskFlatVer2BackingInfo"><fileName>${escapeXml(textOf(disk, 'backing', 'fileName') ?? '')}</fileName><diskMode>persistent</diskMode></backing>`;
  const device = `<device xsi:type="VirtualDisk"><key>${textOf(disk, 'key')}</key>${backing}<controllerKey>${textOf(disk, 'controllerKey')}</controllerKey><unitNumber>${textOf(disk, 'unitNumber')}</unitNumber><capacityInKB>${textOf(disk, 'capacityInKB')}</capacityInKB></device>`;
  const crypto = parts.crypto ? `<backing>${parts.crypto}</backing>` : '';
  return `<deviceChange><operation>edit</operation>${device}${parts.profile ?? ''}${crypto}</deviceChange>`;
}
