// The control panel's part for VM encryption: a client of the public API and of nothing else. It signs its calls in the browser.

import { Api } from './api.js';
import { showKms } from './kms-view.js';
import { showLogin } from './login-view.js';
import { showOperations } from './operations-view.js';
import { operationsUrl, securityUrl, showServices } from './services-view.js';
import { forgetKeys, keepKeys, readKeys } from './session.js';

const view = document.getElementById('view');
const byId = (id) => document.getElementById(id);

const sections = [
  { pattern: /^\/manager\/dedicatedCloud\/([^/]+)\/security\/kms$/, render: showKms, link: 'to-security' },
  { pattern: /^\/manager\/dedicatedCloud\/([^/]+)\/operations$/, render: showOperations, link: 'to-operations' },
];

/** Shows the section that the address names, or the log-in. */
function show() {
  const keys = readKeys();
  byId('session').hidden = keys === undefined;
  byId('session-key').textContent = keys?.applicationKey ?? '';
  if (!keys) return showLogin(view, { onKeys });
  const api = new Api(keys, (failure) => {
    forgetKeys();
    byId('session').hidden = true;
    showLogin(view, { failure, applicationKey: keys.applicationKey, onKeys });
  });
  for (const { pattern, render, link } of sections) {
    const [, name] = pattern.exec(location.pathname) ?? [];
    if (name === undefined) continue;
    showService(decodeURIComponent(name), link);
    return render(view, { api, servicePath: `/dedicatedCloud/${name}` });
  }
  return showServices(view, { api });
}

/** Keeps the keys; goes to where the consumer key is granted, when it is not yet. */
function onKeys(keys, validationUrl) {
  keepKeys(keys);
  if (validationUrl === undefined) show();
  else location.assign(validationUrl);
}

function showService(name, current) {
  byId('service').hidden = false;
  byId('service-name').textContent = name;
  byId('to-security').href = securityUrl(name);
  byId('to-operations').href = operationsUrl(name);
  byId(current).setAttribute('aria-current', 'page');
  document.title = `${byId(current).textContent} – ${name}`;
}

byId('forget').addEventListener('click', () => {
  forgetKeys();
  show();
});
// Without it a browser knows no SHA-1, and it is absent where a page could be read on its way.
if (window.isSecureContext) show();
else view.replaceChildren('Signatures need HTTPS, or an address of this machine such as http://127.0.0.1.');
