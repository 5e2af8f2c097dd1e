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
    // OVHcloud's clients; those built on go-ovh take a URL as the endpoint
    OVH_ENDPOINT: ovh.url,
    OVH_APPLICATION_KEY: ovh.applicationKey,
    OVH_APPLICATION_SECRET: ovh.applicationSecret,
    OVH_CONSUMER_KEY: ovh.consumerKey,
    // These two are keyrig's names.
    OVH_HTTP_ENDPOINT: ovh.httpUrl,
    OVH_SERVICE_NAME: ovh.serviceName,
    // No client of KMIP has variables of its own; these are keyrig's names.
    KMIP_HOST: kmip.host,
    KMIP_PORT: String(kmip.port),
    KMIP_CA: pki.ca,
    KMIP_CERT: pki.clientCert,
    KMIP_KEY: pki.clientKey,
    KEYRIG_CONTROL_URL: control.url,
    ...(control.token !== undefined && { KEYRIG_CONTROL_TOKEN: control.token }),
    KEYRIG_CERTIFICATES: pki.dir,
    // Node.js, OpenSSL and what is built on it, curl (which asks for its own variable first), Python's requests
    NODE_EXTRA_CA_CERTS: pki.ca,
    SSL_CERT_FILE: pki.ca,
    CURL_CA_BUNDLE: pki.ca,
    REQUESTS_CA_BUNDLE: pki.ca,
  };
}

/**
 * What a suite of Venom, OVHcloud's test runner, is told of a lab with `--var-from-file`: the variables that its executor `ovhapi`
 * looks for, and beside them those of {@link environmentOf}.
 * @param caPem the lab's certificate authority; the executor takes the text, not a file
 */
export function venomVariables(ready: ReadyLine, caPem: string): Record<string, string> {
  const { url, applicationKey, applicationSecret, consumerKey } = ready.ovh;
  return {
    'ovh.endpoint': url,
    'ovh.applicationKey': applicationKey,
    'ovh.applicationSecret': applicationSecret,
    'ovh.consumerKey': consumerKey,
    'ovh.tlsRootCA': caPem,
    ...environmentOf(ready),
  };
}
