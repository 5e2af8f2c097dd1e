import type { Assumed } from '../assumed.ts';
import { type Data, data } from '../vim/kernel/values.ts';
import { cleartextFilters, encryptionFilter } from './encryption-rules.ts';

/** The only vendor of capabilities here is VMware with the IO filter of VM encryption. Names: observed; texts: assumed. */
const vendorUuid = encryptionFilter.namespace;

function described(key: string, label: string, summary = label): Data<'PbmExtendedElementDescription'> {
  return { label, summary, key, messageCatalogKeyPrefix: key };
}

const vendor = (assumed: Assumed) => ({
  vendorUuid,
  info: described(`${vendorUuid}.vendor`, assumed.pbmEncryptionVendor),
});

const namespaceInfo = (assumed: Assumed) => ({
  version: '1.0',
  namespace: encryptionFilter.namespace,
  info: described(`${vendorUuid}.namespace`, assumed.pbmEncryptionVendor),
});

/** What the filter can be told. */
export function encryptionMetadata(assumed: Assumed): Data<'PbmCapabilityMetadataPerCategory'> {
  const key = `${encryptionFilter.namespace}.${encryptionFilter.id}`;
  return {
    subCategory: 'ENCRYPTION',
    capabilityMetadata: [
      {
        id: { ...encryptionFilter },
        summary: described(key, assumed.pbmEncryptionCapability),
        mandatory: false,
        hint: false,
        allowMultipleConstraints: false,
        propertyMetadata: [
          {
            id: cleartextFilters,
            summary: described(`${key}.${cleartextFilters}`, assumed.pbmCleartextFilters),
            mandatory: true,
            type: data('PbmCapabilityGenericTypeInfo', { typeName: 'XSD_STRING', genericTypeName: 'VMW_SET' }),
            defaultValue: 'False',
            allowedValue: data('PbmCapabilityDiscreteSet', { values: ['True', 'False'] }),
          },
        ],
      },
    ],
  };
}

/** pbm PbmFetchCapabilitySchema; both filters narrow the answer. */
export function capabilitySchema(
  assumed: Assumed,
  uuid: string | undefined,
  lines: readonly string[] | undefined,
): Data<'PbmCapabilitySchema'>[] {
  if (uuid !== undefined && uuid !== vendorUuid) return [];
  if (lines && lines.length > 0 && !lines.includes('ENCRYPTION')) return [];
  return [
    {
      vendorInfo: vendor(assumed),
      namespaceInfo: namespaceInfo(assumed),
      // documented: a data service provided through IO filters
      lineOfService: data('PbmVaioDataServiceInfo', {
        lineOfService: 'ENCRYPTION',
        name: described('lineOfService.ENCRYPTION', 'Encryption'),
      }),
      capabilityMetadataPerCategory: [encryptionMetadata(assumed)],
    },
  ];
}

/** pbm PbmFetchVendorInfo */
export function vendorInfo(assumed: Assumed): Data<'PbmCapabilityVendorResourceTypeInfo'>[] {
  return [
    {
      resourceType: 'STORAGE',
      vendorNamespaceInfo: [{ vendorInfo: vendor(assumed), namespaceInfo: namespaceInfo(assumed) }],
    },
  ];
}
