import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createCertificateAuthority, createRuntime, type Identity, KeyPool } from '../../core/index.ts';
import { freePort } from '../free-port.ts';
import { pykmipServer } from './clients.ts';

/** PyKMIP's own server, with throw-away certificates and an empty database. */
export interface PykmipServer {
  host: string;
  port: number;
  /** PEM of the authority that signed the server's and the client's certificate. */
  ca: string;
  /** A client that it accepts. */
  client: Identity;
  /** What it has logged so far. */
  log: () => string;
  stop: () => Promise<void>;
}

const startLimitMs = 30_000;

/** Starts PyKMIP's server as a process of its own and waits until it accepts connections. */
export async function startPykmipServer(): Promise<PykmipServer> {
  const folder = mkdtempSync(join(tmpdir(), 'keyrig-pykmip-'));
  const { server, client, ca } = await makeIdentities();
  const at = (name: string) => join(folder, name);
  writeFileSync(at('ca.pem'), ca);
  writeFileSync(at('server.pem'), server.certificatePem);
  writeFileSync(at('server-key.pem'), server.privateKeyPem, { mode: 0o600 });
  mkdirSync(at('policy'));
  const host = '127.0.0.1';
  const port = await freePort();
  // "TLS1.2" offers suites with RSA key exchange and CBC only; it is the more modern of the two that PyKMIP has.
  const settings = {
    hostname: host,
    port,
    certificate_path: at('server.pem'),
    key_path: at('server-key.pem'),
    ca_path: at('ca.pem'),
    auth_suite: 'TLS1.2',
    policy_path: at('policy'),
    enable_tls_client_auth: 'True',
    logging_level: 'INFO',
    database_path: at('pykmip.db'),
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}`);
  writeFileSync(at('server.conf'), `[server]\n${lines.join('\n')}\n`);
  const child = spawn(pykmipServer, ['-f', at('server.conf'), '-l', at('server.log')], {
    stdio: 'ignore',
    // A group of its own: it starts a helper process that would outlive it.
    detached: true,
  });
  const log = () => readFileSync(at('server.log'), 'utf8');
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      // On SIGTERM and SIGINT it waits for each of its connections; nothing of it is kept.
      process.kill(-(child.pid as number), 'SIGKILL');
      await once(child, 'exit');
    }
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    for (let waited = 0; !started(log); waited += 50) {
      if (child.exitCode !== null) throw new Error(`pykmip-server ended with ${child.exitCode}`);
      if (waited > startLimitMs) throw new Error(`pykmip-server was not ready after ${startLimitMs} ms`);
      await delay(50);
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return { host, port, ca, client, log, stop };
}

/** It says so in its log; a connection made only to find out would disturb it. */
function started(log: () => string): boolean {
  try {
    return log().includes('Starting connection service');
  } catch {
    return false;
  }
}

async function makeIdentities(): Promise<{ server: Identity; client: Identity; ca: string }> {
  const keys = new KeyPool();
  const { clock, random } = createRuntime();
  const authority = createCertificateAuthority({ commonName: 'PyKMIP CA', keys: await keys.fresh(), clock, random });
  return {
    ca: authority.certificatePem,
    server: authority.issueServer({ commonName: 'PyKMIP server', keys: await keys.fresh() }),
    client: authority.issueClient({ commonName: 'vcenter', keys: await keys.fresh() }),
  };
}
