/** XML with a line for each element; also of a text that was cut off, which no parser would take. */
export function prettyXml(text) {
  const lines = [];
  let depth = 0;
  for (const [, open, inner = '', close] of pieces(text)) {
    if (close !== undefined && open === undefined) depth = Math.max(0, depth - 1);
    lines.push('  '.repeat(depth) + (open ?? '') + inner + (close ?? ''));
    if (open !== undefined && close === undefined && !/^<[?!]|\/>$/.test(open)) depth++;
  }
  return lines.join('\n');
}

/** Start tag, text and end tag that belong on one line; each of them alone otherwise. */
function* pieces(text) {
  const tokens = text.match(/<[^>]*>?|[^<]+/g)?.filter((token) => token.trim() !== '') ?? [];
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at];
    if (!token.startsWith('<')) yield [undefined, undefined, token.trim()];
    else if (token.startsWith('</')) yield [undefined, undefined, '', token];
    else {
      const [inner, close] = [tokens[at + 1] ?? '', tokens[at + 2] ?? ''];
      if (inner.startsWith('</')) {
        yield [undefined, token, '', inner];
        at += 1;
      } else if (!inner.startsWith('<') && close.startsWith('</')) {
        yield [undefined, token, inner, close];
        at += 2;
      } else yield [undefined, token];
    }
  }
}

/** JSON with a line for each member; what was cut off stays as it is. */
export function prettyJson(text) {
  try {
    return JSON.stringify(JSON.parse(text), undefined, 2);
  } catch {
    return text;
  }
}

/** A message as people read it. */
export function prettyBody({ form, text }) {
  return form === 'xml' ? prettyXml(text) : form === 'json' ? prettyJson(text) : text;
}

/** `850 ms`, `12.3 s`, `5 min 02 s` */
export function duration(ms) {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`;
  return `${Math.floor(ms / 60_000)} min ${String(Math.floor((ms % 60_000) / 1_000)).padStart(2, '0')} s`;
}

/** Time since the beginning of a timeline: `+0.250 s`, `+5:00.000`, `+26:05:00.000` */
export function since(ms) {
  const [hours, minutes, seconds] = [Math.floor(ms / 3_600_000), Math.floor(ms / 60_000) % 60, (ms / 1_000) % 60];
  const two = (value) => String(value).padStart(2, '0');
  if (hours > 0) return `+${hours}:${two(minutes)}:${seconds.toFixed(3).padStart(6, '0')}`;
  if (minutes > 0) return `+${minutes}:${seconds.toFixed(3).padStart(6, '0')}`;
  return `+${seconds.toFixed(3)} s`;
}
