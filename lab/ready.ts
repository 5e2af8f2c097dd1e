import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { ControlApi } from './control/control-api.ts';
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
    /** Who logs in on the page where applications are granted access. */
    account: string;
    password: string;
  };
  control: {
    url: string;
    /** What its clients have to show; absent when it listens on loopback alone and none was given. */
    token?: string;
  };
  pki: { dir: string; ca: string; clientCert: string; clientKey: string };
}

/** Composes the ready line of a started lab. */
export function readyLine(
  lab: Lab,
  parts: { controlUrl: string; controlToken?: string; pki: ReadyLine['pki'] },
): ReadyLine {
  const { vcenter, ovh } = lab.access();
  const { address, port, httpsUrl } = lab.kms();
  const { applicationKey, applicationSecret, consumerKey, account, password } = ovh;
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
      account,
      password,
    },
    control: { url: parts.controlUrl, ...(parts.controlToken !== undefined && { token: parts.controlToken }) },
    pki: parts.pki,
  };
}

/** The lab's files, and how they go again. */
export interface LabFiles {
  pki: ReadyLine['pki'];
  /** Where the ready line is kept for `keyrig env`; only this user can read it. */
  readyFile: string;
  remove: () => void;
}

/** Writes the lab's CA and a client identity that the KMS accepts into a folder that only this user can read. */
export function writePki(lab: Lab, directory?: string): LabFiles {
  // Whoever reads the paths may stand in another folder.
  const dir = resolve(directory ?? mkdtempSync(join(tmpdir(), 'keyrig-')));
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const pki = {
    dir,
    ca: join(dir, 'ca.pem'),
    clientCert: join(dir, 'client.pem'),
    clientKey: join(dir, 'client-key.pem'),
  };
  const readyFile = join(dir, 'ready.json');
  const client = lab.clientIdentities.get('vcenter')!;
  writeFileSync(pki.ca, lab.pki.ca.certificatePem);
  writeFileSync(pki.clientCert, client.certificatePem);
  writeFileSync(pki.clientKey, client.privateKeyPem, { mode: 0o600 });
  // A folder that the user named is the user's; but what is ready no longer must not be found there.
  return { pki, readyFile, remove: () => rmSync(directory ? readyFile : dir, { recursive: true, force: true }) };
}

/**
 * Says that a lab and its control API are up: writes the lab's files, a ready file among them for `keyrig env`, and tells the control API.
 * `remove` takes the files away again.
 */
export function announceReady(
  lab: Lab,
  control: ControlApi,
  { pkiDir, controlToken }: { pkiDir?: string; controlToken?: string } = {},
): { ready: ReadyLine; remove: () => void } {
  const { pki, readyFile, remove } = writePki(lab, pkiDir);
  try {
    const ready = readyLine(lab, { controlUrl: control.url, controlToken, pki });
    // A file that was there would keep its mode; this one holds the lab's secrets.
    rmSync(readyFile, { force: true });
    writeFileSync(readyFile, `${JSON.stringify(ready)}\n`, { mode: 0o600 });
    control.announceReady(readyFile);
    return { ready, remove };
  } catch (error) {
    remove();
    throw error;
  }
}
