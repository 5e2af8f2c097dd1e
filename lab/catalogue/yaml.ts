/** YAML in a template literal, without the indentation that it has in the source. */
export function yaml(strings: TemplateStringsArray, ...words: readonly string[]): string {
  const lines = String.raw(strings, ...words)
    .replace(/^\n/, '')
    .trimEnd()
    .split('\n');
  const indentation = Math.min(...lines.filter((line) => line.trim() !== '').map((line) => line.search(/\S/)));
  // `\${…}` is a reference of the scenario language, not of the template.
  return lines.map((line) => `${line.slice(indentation).replaceAll('\\${', '${')}\n`).join('');
}
