import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clients, isAbsent } from './clients.ts';
import { type LabProcess, run, startLab } from './lab-process.ts';

const skip = isAbsent(clients.curl);

/** What a suite with a fixed host does: the name stays, only where it leads is told from outside. */
describe.skipIf(skip)("curl at OVHcloud's own names, led to a lab", () => {
  let lab: LabProcess;

  beforeAll(async () => {
    lab = await startLab();
  });
  afterAll(() => lab.stop());

  /** A signed call; the way says how the name is overridden. */
  async function signed(way: (port: string) => { authority: string; override: string[] }) {
    const { ovh, pki } = lab.ready;
    const { authority, override } = way(new URL(ovh.url).port);
    const url = `https://${authority}/1.0/dedicatedCloud`;
    const { stdout: timestamp } = await curl(override, `https://${authority}/1.0/auth/time`);
    const text = [ovh.applicationSecret, ovh.consumerKey, 'GET', url, '', timestamp].join('+');
    const headers = {
      'X-Ovh-Application': ovh.applicationKey,
      'X-Ovh-Consumer': ovh.consumerKey,
      'X-Ovh-Timestamp': timestamp,
      'X-Ovh-Signature': `$1$${createHash('sha1').update(text).digest('hex')}`,
    };
    const options = Object.entries(headers).flatMap(([name, value]) => ['--header', `${name}: ${value}`]);
    return curl([...override, ...options], url);

    function curl(more: string[], target: string) {
      return run('curl', ['--silent', '--show-error', '--noproxy', '*', '--cacert', pki.ca, ...more, target]);
    }
  }

  const ways = [
    [
      '--connect-to',
      (host: string) => (port: string) => ({
        authority: host,
        override: ['--connect-to', `${host}:443:127.0.0.1:${port}`],
      }),
    ],
    [
      '--resolve',
      (host: string) => (port: string) => ({
        authority: `${host}:${port}`,
        override: ['--resolve', `${host}:${port}:127.0.0.1`],
      }),
    ],
  ] as const;
  const hosts = ['eu.api.ovh.com', 'ca.api.ovh.com', 'api.us.ovhcloud.com'];

  test.each(hosts.flatMap((host) => ways.map(([name, way]) => [host, name, way] as const)))(
    '%s with %s: the certificate fits the name and the signature is accepted',
    async (host, _name, way) => {
      const ended = await signed(way(host));
      expect(ended, ended.stderr).toMatchObject({ code: 0, stdout: JSON.stringify([lab.ready.ovh.serviceName]) });
    },
  );
});
