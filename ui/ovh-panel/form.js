import { patterns } from './vm-encryption-kms.js';

const wrongFormat = {
  ip: 'Invalid format: IPv4 only, no domain name',
  sslThumbprint: 'Invalid format (see example in documentation)',
};

/**
 * Checks a form as the control panel does: errors show once a field was left, and the form can be sent only while every field,
 * a required box included, is right.
 *
 * @param {HTMLFormElement} form its errors stand in elements with `data-for`, the name of the field
 */
export function watchForm(form) {
  const submit = form.querySelector('[type=submit]');
  const check = () => {
    for (const field of fieldsOf(form)) {
      const text = field.value.trim();
      const pattern = patterns[field.name];
      field.setCustomValidity(text !== '' && pattern && !pattern.test(text) ? wrongFormat[field.name] : '');
      // Spaces alone are nothing, to the browser they are a value.
      if (text === '' && field.required) field.setCustomValidity('This field is required');
    }
    submit.disabled = !form.checkValidity();
  };
  const show = (field) => {
    const error = form.querySelector(`[data-for="${field.name}"]`);
    if (!error) return;
    error.textContent = field.validationMessage;
    field.setAttribute('aria-invalid', String(!field.validity.valid));
  };
  form.addEventListener('input', ({ target }) => {
    check();
    if (target.hasAttribute('aria-invalid')) show(target);
  });
  form.addEventListener('focusout', ({ target }) => {
    if (target.name && target.type !== 'checkbox' && target.value !== target.defaultValue) show(target);
  });
  check();
}

/** What a form holds; text without the spaces around it, as the control panel's framework reads it. */
export function valuesOf(form) {
  return Object.fromEntries(fieldsOf(form).map(({ name, value }) => [name, value.trim()]));
}

/** Fields of text. */
function fieldsOf(form) {
  return [...form.elements].filter(({ name, type }) => name && type !== 'checkbox');
}
