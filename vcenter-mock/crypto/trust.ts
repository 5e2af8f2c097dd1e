import { X509Certificate } from 'node:crypto';
import {
  createSigningRequest,
  heldWhile,
  inspectCertificate,
  type KeyPair,
  KeyPool,
  KeyrigError,
  type Runtime,
  readPrivateKey,
  type SigningSubject,
  selfSigned,
} from '../../core/index.ts';
import { type CertificateInfo, certificateInfo } from './certificate-info.ts';
import { invalidArgument } from './faults.ts';
import type { KeyProvider, KmipServerInfo } from './key-providers.ts';
import type { KmsConnector } from './kms-connector.ts';
import { KmsFailure } from './kms-failure.ts';

/** vim25 CryptoManagerKmipServerCertInfo. */
export interface ServerCertInfo {
  /** PEM, or empty when it could not be had. */
  certificate: string;
  certInfo?: CertificateInfo;
  clientTrustServer?: boolean;
}

/** Trust between vCenter and a key provider, both ways (vcenter.md 7.1). No method ever gives out a private key. */
export class Trust {
  readonly #runtime: Runtime;
  readonly #connector: KmsConnector;
  readonly #keyPool: KeyPool;

  constructor(parts: { runtime: Runtime; connector: KmsConnector; keyPool?: KeyPool }) {
    this.#runtime = parts.runtime;
    this.#connector = parts.connector;
    this.#keyPool = parts.keyPool ?? new KeyPool();
  }

  /**
   * vim25 RetrieveKmipServerCert: works before the provider exists. On any failure the certificate is empty, and there is
   * no fault. documented
   */
  async retrieveServerCertificate(
    provider: KeyProvider | undefined,
    info: KmipServerInfo,
    cause: number | undefined,
  ): Promise<ServerCertInfo> {
    const purpose = `the certificate of ${info.name || info.address}`;
    try {
      const der = await this.#connector.certificate(provider, info, { purpose, cause });
      return {
        certificate: inspectCertificate(der).pem,
        certInfo: certificateInfo(der, this.#runtime.clock.now()),
        clientTrustServer: provider?.trusts(der) ?? false,
      };
    } catch (error) {
      if (!(error instanceof KmsFailure)) throw error;
      return { certificate: '' };
    }
  }

  /** vim25 UploadKmipServerCert: from now on the provider's servers may show this certificate. */
  uploadServerCertificate(provider: KeyProvider, pem: string, cause: number | undefined): void {
    const facts = readCertificate(pem, 'certificate');
    if (!provider.trusts(facts.der)) provider.trustedCertificates.push(facts.pem);
    this.#record('server-certificate', `vCenter trusts ${facts.subject} (${facts.sha1})`, provider, cause);
  }

  /**
   * vim25 UploadClientCert: an identity that the KMS made.
   * @throws InvalidArgument `certificate`; `privateKey` when it is protected by a password (the guide's rule; the fault is
   *   assumed), is no key, or belongs to another certificate
   */
  uploadClientCertificate(
    provider: KeyProvider,
    certificate: string,
    privateKey: string,
    cause: number | undefined,
  ): void {
    const facts = readCertificate(certificate, 'certificate');
    const key = readKey(privateKey);
    if (!new X509Certificate(certificate).checkPrivateKey(key)) {
      throw invalidArgument('privateKey', 'The private key does not belong to the certificate.');
    }
    provider.identity = { certificatePem: certificate, privateKeyPem: privateKey };
    this.#record('client-certificate', `vCenter shows the KMS ${facts.subject} (${facts.sha1})`, provider, cause);
  }

  /** vim25 GenerateSelfSignedClientCert: the identity in use stays until it is updated. @returns PEM */
  async generateSelfSigned(provider: KeyProvider, subject: Partial<SigningSubject> = {}): Promise<string> {
    const { commonName, organization } = subject;
    const identity = selfSigned(
      {
        commonName: commonName || defaultSubject.commonName,
        organization: organization || defaultSubject.organization,
        keys: await this.#freshKeys(),
        extendedKeyUsage: ['clientAuth'],
        usualNames: false,
      },
      this.#runtime,
    );
    provider.selfSigned = { certificatePem: identity.certificatePem, privateKeyPem: identity.privateKeyPem };
    return identity.certificatePem;
  }

  /** vim25 UpdateSelfSignedClientCert: makes the generated certificate the identity. @throws InvalidArgument */
  updateSelfSigned(provider: KeyProvider, certificate: string, cause: number | undefined): void {
    this.#adopt(provider, certificate, provider.selfSigned?.privateKeyPem, cause);
  }

  /** vim25 GenerateClientCsr. @returns the signing request, PEM */
  async generateCsr(provider: KeyProvider, subject: Partial<SigningSubject> = {}): Promise<string> {
    const given = Object.entries(subject).filter(([, value]) => value);
    const keys = await this.#freshKeys();
    const csrPem = createSigningRequest({ ...defaultSubject, ...Object.fromEntries(given) }, keys);
    provider.csr = { csrPem, privateKeyPem: keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
    return csrPem;
  }

  /** vim25 UpdateKmsSignedCsrClientCert: only a certificate for the last request's key fits. @throws InvalidArgument */
  updateSignedCsr(provider: KeyProvider, certificate: string, cause: number | undefined): void {
    this.#adopt(provider, certificate, provider.csr?.privateKeyPem, cause);
  }

  #adopt(
    provider: KeyProvider,
    certificate: string,
    privateKeyPem: string | undefined,
    cause: number | undefined,
  ): void {
    const facts = readCertificate(certificate, 'certificate');
    if (!privateKeyPem || !new X509Certificate(certificate).checkPrivateKey(readPrivateKey(privateKeyPem))) {
      throw invalidArgument('certificate', 'The certificate does not match the last generated key.');
    }
    provider.identity = { certificatePem: certificate, privateKeyPem };
    this.#record('client-certificate', `vCenter shows the KMS ${facts.subject} (${facts.sha1})`, provider, cause);
  }

  #freshKeys(): Promise<KeyPair> {
    return heldWhile(this.#runtime.clock, () => this.#keyPool.fresh());
  }

  #record(what: string, text: string, provider: KeyProvider, cause: number | undefined): void {
    this.#runtime.journal.record({
      plane: 'vcenter',
      event: `vcenter.trust.${what}`,
      text: `${provider.id}: ${text}`,
      data: { provider: provider.id },
      cause,
    });
  }
}

/** assumed */
const defaultSubject = { commonName: 'vCenter KMIP client', organization: 'VMware, Inc.' };

function readCertificate(pem: string, parameter: string) {
  try {
    return inspectCertificate(pem);
  } catch (error) {
    if (!(error instanceof KeyrigError)) throw error;
    throw invalidArgument(parameter, error.message);
  }
}

function readKey(pem: string) {
  try {
    return readPrivateKey(pem);
  } catch (error) {
    if (!(error instanceof KeyrigError)) throw error;
    throw invalidArgument('privateKey', error.message);
  }
}
