import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Lab } from './lab.ts';

/** The ready line: one JSON object on standard output when every port accepts. Scripts depend on it. */
export interface ReadyLine {
  ready: true;
  pid: number;
  seed: string;
  kmip: { host: string; port: number; httpsUrl?: string };
  vcenter: { url: string; username: string; password: string };
  ovh: {
    url: string;
    httpUrl: string;
    applicationKey: string;
    applicationSecret: string;
    consumerKey: string;
    serviceName: string;
  };
  control: { url: string };
  pki: { dir: string; ca: string; clientCert: string; clientKey: string };
}

/** Composes the ready line of a started lab. */
export function readyLine(lab: Lab, parts: { controlUrl: string; pki: ReadyLine['pki'] }): ReadyLine {
  const { vcenter, ovh } = lab.access();
  const { address, port, httpsUrl } = lab.kms();
  const { applicationKey, applicationSecret, consumerKey } = ovh;
  return {
    ready: true,
    pid: process.pid,
    seed: lab.runtime.random.seed,
    kmip: { host: address, port, ...(httpsUrl !== undefined && { httpsUrl }) },
    vcenter: {
      url: `https://${vcenter.host}:${vcenter.port}/sdk`,
      username: vcenter.username,
      password: vcenter.password,
    },
    ovh: {
      url: `https://${ovh.host}:${ovh.port}/1.0`,
      httpUrl: `http://${ovh.host}:${ovh.httpPort}/1.0`,
      applicationKey,
      applicationSecret,
      consumerKey,
      serviceName: lab.serviceName,
    },
    control: { url: parts.controlUrl },
    pki: parts.pki,
  };
}

/** Writes the lab's CA and a client identity that the KMS accepts into a folder that only this user can read. */
export function writePki(lab: Lab, directory?: string): { files: ReadyLine['pki']; remove: () => void } {
  const dir = directory ?? mkdtempSync(join(tmpdir(), 'keyrig-'));
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const files = {
    dir,
    ca: join(dir, 'ca.pem'),
    clientCert: join(dir, 'client.pem'),
    clientKey: join(dir, 'client-key.pem'),
  };
  const client = lab.clientIdentities.get('vcenter')!;
  writeFileSync(files.ca, lab.pki.ca.certificatePem);
  writeFileSync(files.clientCert, client.certificatePem);
  writeFileSync(files.clientKey, client.privateKeyPem, { mode: 0o600 });
  // A folder that the user named is the user's.
  return { files, remove: () => directory === undefined && rmSync(dir, { recursive: true, force: true }) };
}
