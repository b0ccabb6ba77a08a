'use strict';
// Structured clone from any realm into this one, as taskpool passes arguments and results.

const { host } = realm;
const VIEWS = [Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array, Float32Array, Float64Array];
const viewsByName = new Map([...VIEWS, BigInt64Array, BigUint64Array, DataView].map((view) => [view.name, view]));
const errorsByName = new Map([Error, TypeError, RangeError, SyntaxError, ReferenceError, EvalError, URIError].map((e) => [e.name, e]));

class NotSerializable extends Error {}

function copyBytes(buffer, { transfer, copied }) {
  const moves = transfer === undefined ? !copied.includes(buffer) : transfer.includes(buffer);
  if (moves) return buffer.transfer();
  const copy = new ArrayBuffer(buffer.byteLength);
  new Uint8Array(copy).set(new Uint8Array(buffer));
  return copy;
}

function clone(value, seen, lists) {
  if (typeof value === 'function' || typeof value === 'symbol') throw new NotSerializable(typeof value);
  if (typeof value !== 'object' || value === null) return value;
  if (host.isShared(value) && !lists.copied.includes(value)) return value;
  if (seen.has(value)) return seen.get(value);
  const keep = (copy) => {
    seen.set(value, copy);
    return copy;
  };
  const kind = host.kindOf(value);
  switch (kind) {
    case 'Promise':
    case 'WeakMap':
    case 'WeakSet':
    case 'Proxy':
      throw new NotSerializable(kind);
    case 'Date':
      return keep(new Date(+value));
    case 'RegExp':
      return keep(new RegExp(value.source, value.flags));
    case 'Boxed':
      return keep(Object(value.valueOf()));
    case 'SharedArrayBuffer':
      return keep(value);
    case 'ArrayBuffer':
      return keep(copyBytes(value, lists));
    case 'View': {
      const View = viewsByName.get(host.viewName(value));
      const { byteOffset } = value; // which a buffer that moves takes along
      const length = View === DataView ? value.byteLength : value.length;
      return keep(new View(clone(value.buffer, seen, lists), byteOffset, length));
    }
    case 'Map': {
      const copy = keep(new Map());
      for (const [key, member] of [...value]) copy.set(clone(key, seen, lists), clone(member, seen, lists));
      return copy;
    }
    case 'Set': {
      const copy = keep(new Set());
      for (const member of [...value]) copy.add(clone(member, seen, lists));
      return copy;
    }
    case 'Error': {
      const copy = keep(new (errorsByName.get(value.name) ?? Error)(value.message));
      Object.defineProperty(copy, 'stack', { value: value.stack, writable: true, configurable: true });
      for (const name of Object.keys(value)) copy[name] = clone(value[name], seen, lists);
      return copy;
    }
    case 'Array': {
      const copy = keep(new Array(value.length));
      for (const name of Object.keys(value)) copy[name] = clone(value[name], seen, lists);
      return copy;
    }
    default: {
      const copy = keep(lists.copied.includes(value) ? Object.create(Object.getPrototypeOf(value)) : {});
      for (const name of Object.keys(value)) copy[name] = clone(value[name], seen, lists);
      return copy;
    }
  }
}

// `transfer`: the buffers that move instead of being copied, all of them where it is not given; `copied`: what does not, and
// which shared objects are copied all the same.
function into(value, { transfer, copied } = { transfer: [], copied: [] }) {
  return clone(value, new Map(), { transfer, copied });
}

return { into, NotSerializable };
