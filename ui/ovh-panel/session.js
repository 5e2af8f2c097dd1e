// The keys live as long as the browser's tab, and never leave it but as a signature.

const name = 'keyrig.ovh.keys';

/** The keys of this tab; undefined before somebody has logged in. */
export function readKeys() {
  const text = sessionStorage.getItem(name);
  return text === null ? undefined : JSON.parse(text);
}

/** @param {{ applicationKey: string, applicationSecret: string, consumerKey: string }} keys */
export function keepKeys(keys) {
  sessionStorage.setItem(name, JSON.stringify(keys));
}

export function forgetKeys() {
  sessionStorage.removeItem(name);
}
