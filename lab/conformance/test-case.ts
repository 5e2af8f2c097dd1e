import { readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { KeyrigError } from '../../core/index.ts';
import { readXmlElements, type XmlElement } from '../../kmip/index.ts';
import { corrected } from './corrections.ts';
import { type Pattern, patternOf } from './pattern.ts';

/** A request and the answer to it. */
export type TestStep = {
  /** Counted from 1. */
  number: number;
  /** `TIME 2` where the case counts so, else empty. */
  label: string;
  /** Which of several clients speaks, each over its own connection. */
  client: string;
  /** The step is repeated until the expected answer comes. */
  repeat: boolean;
  /** The server sends and the client answers (Put, Notify). */
  serverToClient: boolean;
  request: XmlElement;
  response: Pattern;
};

/** An official test case. */
export type TestCase = {
  /** The file's name without its ending. */
  name: string;
  /** The set it was published in, `1.1`: the folder `v1.1`, else the version of the first request. */
  version: string;
  file: string;
  steps: TestStep[];
};

/**
 * Reads a test case in KMIP XML: requests and responses in turns inside `KMIP`.
 * @throws KeyrigError ERR_FILE_NOT_FOUND or ERR_OPTION
 */
export function loadCase(file: string): TestCase {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new KeyrigError('ERR_FILE_NOT_FOUND', `cannot read ${file}`, { cause });
  }
  try {
    return parseCase(text, file);
  } catch (cause) {
    throw new KeyrigError('ERR_OPTION', `${file} is no KMIP test case`, { cause });
  }
}

/** Reads a test case from its text; `file` gives its name and version. */
export function parseCase(text: string, file: string): TestCase {
  const name = basename(file, '.xml');
  const messages = readXmlElements(text).children;
  const steps: TestStep[] = [];
  for (let index = 0; index < messages.length; index += 2) {
    const [request, response] = messages.slice(index, index + 2);
    if (request?.name !== 'RequestMessage' || response?.name !== 'ResponseMessage') {
      throw new Error(`message ${index + 1} is not a request followed by its response`);
    }
    steps.push(stepOf(steps.length + 1, corrected(request, name), corrected(response, name)));
  }
  const folder = /^v(\d+\.\d+)$/.exec(basename(dirname(file)))?.[1];
  return { name, version: folder ?? versionOf(messages[0]), file, steps };
}

function stepOf(number: number, request: XmlElement, response: XmlElement): TestStep {
  const text = request.textBefore.replace(/\s+/g, ' ');
  return {
    number,
    label: /TIME \d+/.exec(text)?.[0] ?? '',
    client: /\[(Client-[A-Z])\]/.exec(text)?.[1] ?? 'Client',
    repeat: text.includes('[REPEAT]'),
    serverToClient: text.includes('[Server-to-Client]'),
    request,
    response: patternOf(response),
  };
}

/** `1.2` of a message's Protocol Version. */
export function versionOf(message: XmlElement | undefined): string {
  const version = message?.children[0]?.children.find(({ name }) => name === 'ProtocolVersion')?.children;
  const part = (wanted: string) => version?.find(({ name }) => name === wanted)?.value ?? '?';
  return `${part('ProtocolVersionMajor')}.${part('ProtocolVersionMinor')}`;
}
