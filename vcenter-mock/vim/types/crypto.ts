// Facts: the published type metadata of the vSphere API, up to 8.0.3.0 (observed). `T?` optional, `T[]` array, `@v` since API version v.
import { dataTypes, enumTypes } from '../kernel/declare.ts';

export const cryptoTypes = dataTypes({
  CryptoKeyId: { since: '6.5', fields: { keyId: 'string', providerId: 'KeyProviderId?' } },
  CryptoKeyPlain: { since: '6.5', fields: { keyId: 'CryptoKeyId', algorithm: 'string', keyData: 'string' } },
  CryptoKeyResult: {
    since: '6.5',
    fields: { keyId: 'CryptoKeyId', success: 'boolean', reason: 'string?', fault: 'LocalizedMethodFault?@7.0.1.0' },
  },
  CryptoManagerHostKeyStatus: {
    since: '8.0.1.0',
    fields: { keyId: 'CryptoKeyId', present: 'boolean', managementType: 'string?', accessGranted: 'boolean?@8.0.3.0' },
  },
  CryptoManagerKmipCertSignRequest: {
    since: '8.0.1.0',
    fields: {
      commonName: 'string?',
      organization: 'string?',
      organizationUnit: 'string?',
      locality: 'string?',
      state: 'string?',
      country: 'string?',
      email: 'string?',
    },
  },
  CryptoManagerKmipCertificateInfo: {
    since: '6.5',
    fields: {
      subject: 'string',
      issuer: 'string',
      serialNumber: 'string',
      notBefore: 'dateTime',
      notAfter: 'dateTime',
      fingerprint: 'string',
      checkTime: 'dateTime',
      secondsSinceValid: 'int?',
      secondsBeforeExpire: 'int?',
    },
  },
  CryptoManagerKmipClusterStatus: {
    since: '6.5',
    fields: {
      clusterId: 'KeyProviderId',
      overallStatus: 'ManagedEntityStatus?@7.0.0.0',
      managementType: 'string?@7.0.0.0',
      servers: 'CryptoManagerKmipServerStatus[]',
      clientCertInfo: 'CryptoManagerKmipCertificateInfo?',
    },
  },
  CryptoManagerKmipCryptoKeyStatus: {
    since: '6.7.2',
    fields: {
      keyId: 'CryptoKeyId',
      keyAvailable: 'boolean?',
      reason: 'string?',
      encryptedVMs: 'ref VirtualMachine[]?',
      affectedHosts: 'ref HostSystem[]?',
      referencedByTags: 'string[]?',
    },
  },
  CryptoManagerKmipCustomAttributeSpec: { since: '8.0.1.0', fields: { attributes: 'KeyValue[]?' } },
  CryptoManagerKmipServerCertInfo: {
    since: '6.5',
    fields: { certificate: 'string', certInfo: 'CryptoManagerKmipCertificateInfo?', clientTrustServer: 'boolean?' },
  },
  CryptoManagerKmipServerStatus: {
    since: '6.5',
    fields: {
      name: 'string',
      status: 'ManagedEntityStatus',
      connectionStatus: 'string',
      certInfo: 'CryptoManagerKmipCertificateInfo?',
      clientTrustServer: 'boolean?',
      serverTrustClient: 'boolean?',
    },
  },
  CryptoSpec: { since: '6.5', fields: {} },
  CryptoSpecDecrypt: { base: 'CryptoSpec', since: '6.5', fields: {} },
  CryptoSpecDeepRecrypt: { base: 'CryptoSpec', since: '6.5', fields: { newKeyId: 'CryptoKeyId' } },
  CryptoSpecEncrypt: { base: 'CryptoSpec', since: '6.5', fields: { cryptoKeyId: 'CryptoKeyId' } },
  CryptoSpecNoOp: { base: 'CryptoSpec', since: '6.5', fields: {} },
  CryptoSpecRegister: { base: 'CryptoSpecNoOp', since: '6.5', fields: { cryptoKeyId: 'CryptoKeyId' } },
  CryptoSpecShallowRecrypt: { base: 'CryptoSpec', since: '6.5', fields: { newKeyId: 'CryptoKeyId' } },
  KeyProviderId: { since: '6.5', fields: { id: 'string' } },
  KmipClusterInfo: {
    since: '6.5',
    fields: {
      clusterId: 'KeyProviderId',
      servers: 'KmipServerInfo[]?',
      useAsDefault: 'boolean',
      managementType: 'string?@7.0.0.0',
      useAsEntityDefault: 'ref ManagedEntity[]?@7.0.0.0',
      hasBackup: 'boolean?@7.0.2.0',
      tpmRequired: 'boolean?@7.0.2.0',
      keyId: 'string?@7.0.2.0',
    },
  },
  KmipServerInfo: {
    since: '6.5',
    fields: {
      name: 'string',
      address: 'string',
      port: 'int',
      proxyAddress: 'string?',
      proxyPort: 'int?',
      reconnect: 'int?',
      protocol: 'string?',
      nbio: 'int?',
      timeout: 'int?',
      userName: 'string?',
    },
  },
  KmipServerSpec: { since: '6.5', fields: { clusterId: 'KeyProviderId', info: 'KmipServerInfo', password: 'string?' } },
  KmipServerStatus: {
    since: '6.5',
    fields: { clusterId: 'KeyProviderId', name: 'string', status: 'ManagedEntityStatus', description: 'string' },
  },
});

export const cryptoEnums = enumTypes({
  CryptoManagerHostKeyManagementType: ['unknown', 'internal', 'external'],
  CryptoManagerKmipCryptoKeyStatusKeyUnavailableReason: [
    'KeyStateMissingInCache',
    'KeyStateClusterInvalid',
    'KeyStateClusterUnreachable',
    'KeyStateMissingInKMS',
    'KeyStateNotActiveOrEnabled',
    'KeyStateManagedByTrustAuthority',
    'KeyStateManagedByNKP',
    'NoPermissionToAccessKeyProvider',
    'WrappingKeyMissingInKMS',
    'WrappingKeyNotActiveOrEnabled',
  ],
  KmipClusterInfoKmsManagementType: ['unknown', 'vCenter', 'trustAuthority', 'nativeProvider'],
});
