import { element } from './dom.js';
import { toneOf } from './vm-encryption-kms.js';

/** A state, in words and in colour. */
export function stateBadge(labels, state) {
  return element('span', { class: `badge ${toneOf(state)}`, 'data-state': state }, labels[state] ?? state);
}
