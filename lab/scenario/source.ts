import { readFileSync } from 'node:fs';
import { type Document, LineCounter, parseDocument, visit, type YAMLError } from 'yaml';
import { KeyrigError, messageOf } from '../../core/index.ts';
import { type Position, positionOf } from './position.ts';
import { suggestion } from './suggest.ts';

/** Something wrong in a scenario file. */
export interface Problem extends Position {
  file: string;
  message: string;
}

/** A scenario file is text that people write: more than this is a mistake. */
const maxBytes = 1024 * 1024;
const maxAliases = 100;
const maxDepth = 50;

/** One YAML file: what it says, and where it says it. */
export class Source {
  readonly file: string;
  readonly document: Document;
  /** As JSON; what it holds has not been checked. */
  readonly value: unknown;
  readonly #counter: LineCounter;

  private constructor(file: string, document: Document, counter: LineCounter, value: unknown) {
    this.file = file;
    this.document = document;
    this.#counter = counter;
    this.value = value;
  }

  /** Reads YAML 1.2. Keys that are there twice, too many aliases, too deep a nesting are problems like any other. */
  static parse(text: string, file: string): Source | { problems: Problem[] } {
    const whole = (message: string) => ({ problems: [{ file, line: 1, column: 1, message }] });
    if (text.length > maxBytes) return whole('the file is larger than 1 MiB');
    const counter = new LineCounter();
    try {
      const document = parseDocument(text, { lineCounter: counter, uniqueKeys: true, strict: true, version: '1.2' });
      const wrong = [...document.errors, ...document.warnings];
      if (wrong.length > 0) return { problems: wrong.map((error) => yamlProblem(error, file)) };
      const aliases = unknownAliases(document, counter, file);
      if (aliases.length > 0) return { problems: aliases };
      const value: unknown = document.toJS({ maxAliasCount: maxAliases });
      if (depthOf(value, 0) > maxDepth) return whole(`the file is nested deeper than ${maxDepth} levels`);
      return new Source(file, document, counter, value);
    } catch (error) {
      // The parser's stack, or its limit for aliases, is used up.
      return whole(error instanceof RangeError ? 'the file is nested too deeply' : messageOf(error));
    }
  }

  /** Where a value stands, or the key that an unknown member has. */
  positionOf(path: readonly PropertyKey[], key?: string): Position {
    return positionOf(this.document, this.#counter, path, key);
  }

  problem(path: readonly PropertyKey[], message: string, key?: string): Problem {
    return { file: this.file, ...this.positionOf(path, key), message };
  }
}

/** The text of a scenario file. Throws ERR_FILE_NOT_FOUND when it cannot be read. */
export function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new KeyrigError('ERR_FILE_NOT_FOUND', `cannot read ${file}`, { cause });
  }
}

function yamlProblem(error: YAMLError, file: string): Problem {
  const [place] = error.linePos ?? [{ line: 1, col: 1 }];
  const [message = 'is not YAML'] = error.message.split(/ at line |\n/);
  return { file, line: place.line, column: place.col, message: yamlMessages[error.code] ?? message };
}

/** What the parser says to programmers, for people who write files. */
const yamlMessages: Partial<Record<YAMLError['code'], string>> = {
  DUPLICATE_KEY: 'this key is there twice; keys must be unique',
  MULTIPLE_DOCS: '"---" begins another document; a file holds one',
};

function unknownAliases(document: Document, counter: LineCounter, file: string): Problem[] {
  const anchors = new Set<string>();
  const problems: Problem[] = [];
  visit(document, {
    Node(_, node) {
      if ('anchor' in node && typeof node.anchor === 'string') anchors.add(node.anchor);
    },
    Alias(_, { source, range }) {
      if (anchors.has(source)) return;
      const { line, col } = counter.linePos(range?.[0] ?? 0);
      problems.push({
        file,
        line,
        column: col,
        message: `no "&${source}" above this alias${suggestion(source, anchors)}`,
      });
    },
  });
  return problems;
}

function depthOf(value: unknown, above: number): number {
  // What is deeper is refused whatever its depth.
  if (typeof value !== 'object' || value === null || above > maxDepth) return above;
  return Math.max(above, ...Object.values(value).map((member) => depthOf(member, above + 1)));
}
