'use strict';
// The app's values as the device sees them: text and kind, in JSON that no prototype of the app can change.

const { stringify } = JSON;
const MAX_TEXT = 200;
const { host } = realm;

function plain(members) {
  return { __proto__: null, ...members };
}

// A text without anything that could throw or run for long.
function safely(look, otherwise) {
  try {
    return String(look());
  } catch {
    return otherwise;
  }
}

function className(value) {
  return safely(() => value.constructor.name || 'Object', 'Object');
}

function errorName(error) {
  const name = safely(() => error.name, 'Error');
  return name === 'Error' ? className(error) : name;
}

function isError(value) {
  return host.isError(value) || value instanceof Error;
}

function describe(value) {
  const type = typeof value;
  if (type === 'function') return `function ${safely(() => value.name, '')}`;
  if (type !== 'object' || value === null) return safely(() => value, type);
  const text = safely(() => stringify(value) ?? className(value), className(value));
  return text === '{}' ? className(value) : text;
}

function valueObject(value) {
  if (value === undefined) return plain({ kind: 'undefined', text: 'undefined' });
  const type = typeof value;
  if (type === 'string' || type === 'boolean' || type === 'number') return plain({ kind: type, text: String(value) });
  if (type === 'bigint') return plain({ kind: 'number', text: `${value}n` });
  if (isError(value)) {
    return plain({ kind: 'error', text: `${errorName(value)}: ${safely(() => value.message, '')}`.slice(0, MAX_TEXT) });
  }
  if (host.isPromise(value)) return plain({ kind: 'promise', text: className(value) });
  const thenable = value !== null && safely(() => typeof value.then === 'function', 'false') === 'true';
  if (thenable) return plain({ kind: 'thenable', text: className(value) });
  return plain({ kind: 'object', text: describe(value).slice(0, MAX_TEXT) });
}

function errorObject(error) {
  const real = isError(error);
  return plain({
    type: real ? errorName(error) : className(error ?? ''),
    text: real ? safely(() => error.message, '') : typeof error === 'string' ? error : '',
    isError: real,
    isString: typeof error === 'string',
    stack: real ? safely(() => error.stack, '') : '',
    missing: realm.modules.missingOf(error),
  });
}

function show(value) {
  if (typeof value === 'string') return value;
  if (isError(value)) return `${errorName(value)}: ${safely(() => value.message, '')}`;
  return describe(value);
}

const PLACES = { s: show, d: (v) => safely(() => Number(v), 'NaN'), i: (v) => safely(() => Math.trunc(Number(v)), 'NaN') };
Object.assign(PLACES, { f: (v) => safely(() => Number(v), 'NaN'), j: describe, o: describe, O: describe, c: () => '' });

function format(values) {
  let next = 0;
  let text = '';
  if (typeof values[0] === 'string') {
    next = 1;
    text = values[0].replace(/%([sdifjoOc%])/g, (place, letter) => {
      if (letter === '%') return values.length > 1 ? '%' : place;
      return next < values.length ? PLACES[letter](values[next++]) : place;
    });
  }
  for (let i = next; i < values.length; i++) text += (i ? ' ' : '') + show(values[i]);
  return text;
}

return {
  format,
  show,
  describe,
  errorObject,
  valueText: (value) => stringify(valueObject(value)),
  errorText: (error) => stringify(errorObject(error)),
};
