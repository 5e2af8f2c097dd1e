/** A name as people write it, from one in which any character may be escaped. What is no escape sequence stays. documented */
export function plainName(name: string): string {
  return name.replace(/(?:%[0-9a-f]{2})+/gi, (sequence) => {
    try {
      return decodeURIComponent(sequence);
    } catch {
      return sequence;
    }
  });
}

/**
 * A name as every entity has it: a slash is `%2f`, a backslash `%5c`, a percent sign `%25`, and nothing else is escaped, whatever the
 * client escaped. documented (ManagedEntity.name, Rename_Task); in lower case: assumed
 */
export function escapedName(name: string): string {
  return plainName(name).replaceAll('%', '%25').replaceAll('/', '%2f').replaceAll('\\', '%5c');
}
