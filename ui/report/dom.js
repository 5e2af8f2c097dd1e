/**
 * Makes an element. Text is only ever set as text, so nothing that a scenario, a server or a client said becomes markup.
 *
 * @param {string} name element name with classes: `p.note.soft`
 * @param {Record<string, unknown>} attributes functions are listeners; undefined and false are left out
 * @param {(string | Node | undefined)[]} content
 */
export function h(name, attributes = {}, ...content) {
  const [tag, ...classes] = name.split('.');
  const made = document.createElement(tag);
  if (classes.length > 0) made.className = classes.join(' ');
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === 'function') made.addEventListener(key, value);
    else if (value !== undefined && value !== false) made.setAttribute(key, value === true ? '' : String(value));
  }
  made.append(...content.filter((one) => one !== undefined && one !== ''));
  return made;
}

/** A button that puts a text on the clipboard and says so. */
export function copyButton(text, label = 'Copy') {
  const button = h('button.copy', { type: 'button', click: () => void copy() }, label);
  const copy = async () => {
    button.textContent = (await onClipboard(text)) ? 'Copied' : 'Not copied: select it';
    setTimeout(() => {
      button.textContent = label;
    }, 1_500);
  };
  return button;
}

/** The newer way works only where the page counts as secure, which a file does not everywhere. */
async function onClipboard(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const field = h('textarea', { readonly: true });
    field.value = text;
    document.body.append(field);
    field.select();
    const done = document.execCommand('copy');
    field.remove();
    return done;
  }
}
