import type { ReadyLine } from './ready.ts';

/**
 * How the clients of each family are told of a lab: the environment variables that their own manuals name. Every client below trusts
 * the lab's certificate authority alone while they are set.
 */
export function environmentOf({ kmip, vcenter, ovh, control, pki }: ReadyLine): Record<string, string> {
  const { hostname, port } = new URL(vcenter.url);
  return {
    // govc
    GOVC_URL: vcenter.url,
    GOVC_USERNAME: vcenter.username,
    GOVC_PASSWORD: vcenter.password,
    GOVC_TLS_CA_CERTS: pki.ca,
    // A session kept in a file would outlive the lab.
    GOVC_PERSIST_SESSION: 'false',
    // Terraform's provider
    VSPHERE_SERVER: `${hostname}:${port}`,
    VSPHERE_USER: vcenter.username,
    VSPHERE_PASSWORD: vcenter.password,
    // Ansible's VMware collections
    VMWARE_HOST: hostname,
    VMWARE_PORT: port,
    VMWARE_USER: vcenter.username,
    VMWARE_PASSWORD: vcenter.password,
    // OVHcloud's clients
    OVH_ENDPOINT: ovh.url,
    OVH_APPLICATION_KEY: ovh.applicationKey,
    OVH_APPLICATION_SECRET: ovh.applicationSecret,
    OVH_CONSUMER_KEY: ovh.consumerKey,
    OVH_SERVICE_NAME: ovh.serviceName,
    // No client of KMIP has variables of its own; these are keyrig's names.
    KMIP_HOST: kmip.host,
    KMIP_PORT: String(kmip.port),
    KMIP_CA: pki.ca,
    KMIP_CERT: pki.clientCert,
    KMIP_KEY: pki.clientKey,
    KEYRIG_CONTROL_URL: control.url,
    KEYRIG_CERTIFICATES: pki.dir,
    // Node.js, OpenSSL and what is built on it, Python's requests
    NODE_EXTRA_CA_CERTS: pki.ca,
    SSL_CERT_FILE: pki.ca,
    REQUESTS_CA_BUNDLE: pki.ca,
  };
}
