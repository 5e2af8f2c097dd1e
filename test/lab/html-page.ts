/** The JSON that an HTML report holds. */
export function dataOfPage(page: string): unknown {
  const [, text] = /<script type="application\/json" id="report">(.*?)<\/script>/s.exec(page) ?? [];
  return JSON.parse(text ?? '') as unknown;
}
