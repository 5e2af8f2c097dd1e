import { isDeepStrictEqual } from 'node:util';
import {
  type CollectionTag,
  type Document,
  isMap,
  isSeq,
  type Node,
  type ScalarTag,
  visit,
  YAMLMap,
  YAMLSeq,
} from 'yaml';
import { KeyrigError } from '../../core/index.ts';
import { type Problem, Source } from './source.ts';

/** The widest line before a value in braces or brackets, or a long text, is broken. */
const lineWidth = 120;

/**
 * The text of a scenario file in the one style of scenario files; comments, blank lines and the order of keys stay. The meaning is
 * compared before and after: a file whose meaning would change is a defect of keyrig (ERR_INTERNAL), never a changed file.
 */
export function formatScenario(text: string, file: string): { text: string } | { problems: Problem[] } {
  const source = Source.parse(text, file);
  if ('problems' in source) return source;
  const formatted = write(source.document, text);
  const again = Source.parse(formatted, file);
  if ('problems' in again || !isDeepStrictEqual(again.value, source.value)) {
    throw new KeyrigError('ERR_INTERNAL', `${file} would mean something else after formatting; it is left as it is`);
  }
  return { text: formatted };
}

function write(document: Document, text: string): string {
  visit(document, {
    Collection(_, node) {
      if (isMap(node)) padded(node, YAMLMap.prototype.toString, ' ');
      else if (isSeq(node)) padded(node, YAMLSeq.prototype.toString, '');
    },
  });
  document.schema.tags = document.schema.tags.map((tag) => (tag.tag === textTag ? unfolded(tag, text) : tag));
  return document.toString({ lineWidth });
}

const textTag = 'tag:yaml.org,2002:str';

/** A text that stands on one line stays on it, however long; one that was written on several lines is filled anew. */
function unfolded(tag: CollectionTag | ScalarTag, text: string): CollectionTag | ScalarTag {
  if (tag.collection !== undefined || !tag.stringify) return tag;
  const { stringify } = tag;
  return {
    ...tag,
    stringify(item, context, ...rest) {
      const [from = 0, to = 0] = item.range ?? [];
      const options = text.slice(from, to).includes('\n') ? context.options : { ...context.options, lineWidth: 0 };
      return stringify(item, { ...context, options }, ...rest);
    },
  };
}

type ToString = NonNullable<Node['toString']>;

/** Braces have spaces inside, brackets have none; the library knows one width for both. */
function padded(node: Node, print: ToString, flowCollectionPadding: string): void {
  node.toString = (context, ...rest) => print.call(node, context && { ...context, flowCollectionPadding }, ...rest);
}
