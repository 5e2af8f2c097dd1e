import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { accessOf, chapterOf, type Tour } from './access.ts';
import { clients, isAbsent } from './clients.ts';
import { type LabProcess, run, startLab } from './lab-process.ts';

const world = fileURLToPath(new URL('worlds/kms-https.scenario.yaml', import.meta.url));
const skip = isAbsent(clients.thalesKmipGo);
const versions = ['1.0', '1.1', '1.2', '1.3', '1.4'];

describe.skipIf(skip)("Thales' kmip-go", () => {
  let lab: LabProcess;
  let tour: Tour;

  beforeAll(async () => {
    lab = await startLab([world]);
    const ended = await run(clients.thalesKmipGo.program, versions, { input: JSON.stringify(accessOf(lab)) });
    expect(ended, ended.stderr).toMatchObject({ code: 0 });
    tour = JSON.parse(ended.stdout) as Tour;
  });
  afterAll(() => lab.stop());

  describe.each(versions)('in KMIP %s', (version) => {
    test.each([
      ['TTLV over TLS', 'tls'],
      ['TTLV over HTTPS', 'ttlv'],
      ['XML over HTTPS', 'xml'],
      ['JSON over HTTPS', 'json'],
    ])('%s: register, get, locate, activate, revoke, destroy, create key pair', (_, transport) => {
      const hasDiscover = version !== '1.0';
      expect(chapterOf(tour, version, transport)).toEqual({
        version,
        batchItem: 'one',
        // Discover Versions came with KMIP 1.1 (§4.26).
        discover: hasDiscover ? '' : 'OperationNotSupported',
        versions: hasDiscover ? 5 : 0,
        material: '00112233445566778899aabbccddeeff',
        same: true,
        located: true,
        // State Pre-Active, then Active; Encrypt 0x04 and Decrypt 0x08. KMIP 1.1 §3.22, §9.1.3.3.1
        attributes: '1, 12, thales',
        activated: '2, 12, thales',
        // KMIP 1.1 §11.22, §11.12
        destroyActive: 'PermissionDenied',
        getDestroyed: 'ItemNotFound',
        publicBits: 2048,
      });
    });
  });
});
