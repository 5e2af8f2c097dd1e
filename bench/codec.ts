import {
  CryptographicAlgorithm,
  decode,
  decodeRequest,
  encode,
  encodeResponse,
  KeyFormatType,
  ObjectType,
  operations,
  protocolVersion,
  responseItem,
} from '../kmip/index.ts';
import { type Figure, median } from './figures.ts';

const rounds = 15;
const warmUpRounds = 5;
const messagesPerRound = 20_000;

/** Create of an AES-256 key as a vCenter 7.0.3 sends it (observed): 312 bytes, 25 items. */
const vcenterCreate = Buffer.from(
  `42007801 00000130
    42007701 00000038
      42006901 00000020  42006a02 00000004 00000001 00000000  42006b02 00000004 00000001 00000000
      42000d02 00000004 00000001 00000000
    42000f01 000000e8
      42005c05 00000004 00000001 00000000
      42009308 00000008 514c4b43 01000000
      42007901 000000c0
        42005705 00000004 00000002 00000000
        42009101 000000a8
          42000801 00000030
            42000a07 00000017 43727970746f6772617068696320416c676f726974686d 00
            42000b05 00000004 00000003 00000000
          42000801 00000030
            42000a07 00000018 43727970746f67726170686963205573616765204d61736b
            42000b02 00000004 0000000c 00000000
          42000801 00000030
            42000a07 00000014 43727970746f67726170686963204c656e677468 00000000
            42000b02 00000004 00000100 00000000`.replaceAll(/\s/g, ''),
  'hex',
);

const version = protocolVersion('1.1');
const uniqueBatchItemId = Buffer.from('QLKC\x01\0\0\0', 'latin1');
const uniqueIdentifier = '6c3b8f4e-0f0a-4b7c-9a55-2d1f3e6b7a90';

/** What the key server does with the bytes of a Create before it looks at what is asked for. */
function readCreate(): unknown {
  const { items } = decodeRequest(vcenterCreate);
  const [first] = items;
  if (!first || first.error) throw new Error('the message has no readable batch item');
  return operations.create.request.decode(first.payload, version);
}

const createResponse = { objectType: ObjectType.SymmetricKey, uniqueIdentifier };
const getResponse = {
  ...createResponse,
  object: {
    objectType: ObjectType.SymmetricKey,
    keyBlock: {
      keyFormatType: KeyFormatType.Raw,
      keyValue: { keyMaterial: Buffer.alloc(32, 0x5a), attributes: [] },
      cryptographicAlgorithm: CryptographicAlgorithm.AES,
      cryptographicLength: 256,
    },
  },
};
const header = { protocolVersion: version, timeStamp: 1_800_000_000 };

const tree = decode(vcenterCreate);
const json = JSON.stringify(tree);

/** Each kind of work on one message. */
const works = {
  codec: () => encode(decode(vcenterCreate)),
  json: () => JSON.stringify(JSON.parse(json)),
  read: readCreate,
  answerCreate: () =>
    encodeResponse(header, [responseItem(operations.create, createResponse, version, uniqueBatchItemId)]),
  answerGet: () => encodeResponse(header, [responseItem(operations.get, getResponse, version, uniqueBatchItemId)]),
};
type Work = keyof typeof works;

/**
 * Messages per second of processor time, without sockets: the codec alone (bytes to tree to bytes), the typed layers on top of
 * it, and as a measure of the machine JSON.parse and JSON.stringify of the same tree. Rounds alternate between the kinds
 * of work, so that none has the just-in-time compiler for itself.
 */
export async function measureCodec(): Promise<Figure[]> {
  const names = Object.keys(works) as Work[];
  const measured = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Work, number[]>;
  for (let round = 0; round < warmUpRounds + rounds; round++) {
    for (const name of names) {
      const rate = messagesPerSecond(works[name]);
      if (round >= warmUpRounds) measured[name].push(rate);
    }
  }
  const rate = (name: Work) => median(measured[name]);
  const row = (name: string, work: Work): Figure => ({ name, value: messages(rate(work)), target: '' });
  const timesJson = median(measured.codec.map((one, round) => one / (measured.json[round] ?? Number.NaN)));
  return [
    {
      name: "codec, decode and encode of vCenter's Create",
      value: messages(rate('codec')),
      target: 'at least 200000 messages/s',
      met: rate('codec') >= 200_000,
    },
    row('JSON.parse and JSON.stringify of the same tree', 'json'),
    { name: 'codec / JSON', value: `${timesJson.toFixed(1)} times`, target: '' },
    row("vCenter's Create decoded to typed values", 'read'),
    row('response of Create encoded from typed values', 'answerCreate'),
    row('response of Get encoded from typed values', 'answerGet'),
  ];
}

function messages(rate: number): string {
  return `${Math.round(rate)} messages/s`;
}

/** By processor time of the whole process, garbage collection and compilation included: what else runs does not count. */
function messagesPerSecond(work: () => unknown): number {
  const before = process.cpuUsage();
  for (let message = 0; message < messagesPerRound; message++) work();
  const { user, system } = process.cpuUsage(before);
  return (messagesPerRound * 1_000_000) / (user + system);
}
