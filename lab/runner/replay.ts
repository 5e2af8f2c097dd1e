/** The command line that runs a scenario again with a seed, quoted for a POSIX shell. */
export function replayOf(file: string, seed?: string): string {
  const path = file.startsWith('-') ? `./${file}` : file;
  return `keyrig run ${quoted(path)}${seed === undefined ? '' : ` --seed=${quoted(seed)}`}`;
}

function quoted(text: string): string {
  return /^[\w./:@%+=-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
