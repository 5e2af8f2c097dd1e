/** The tag of a scenario that somebody is at work on: where it is, nothing else is run. */
export const onlyTag = 'only';
