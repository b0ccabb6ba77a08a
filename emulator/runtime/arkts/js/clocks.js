'use strict';
// Dates, times and chance as the device has them, in place of the engine's own. Gives the source of random numbers.

const { define, look } = realm;
const { seed, epochMs } = realm.settings;
const { apply, construct, defineProperty } = Reflect;
const { floor, imul } = Math;
const RealDate = Date;
const realDates = Date.prototype;
const { toString: dateText } = realDates;

function wallMs() {
  return epochMs + floor(look() / 1e6);
}

function VirtualDate(...values) {
  if (new.target === undefined) return apply(dateText, new RealDate(wallMs()), []);
  return construct(RealDate, values.length ? values : [wallMs()], new.target);
}
defineProperty(VirtualDate, 'name', { value: 'Date' });
defineProperty(VirtualDate, 'length', { value: 7 });
VirtualDate.prototype = realDates;
VirtualDate.now = wallMs;
VirtualDate.parse = RealDate.parse;
VirtualDate.UTC = RealDate.UTC;
defineProperty(realDates, 'constructor', { value: VirtualDate, writable: true, configurable: true });
define('Date', VirtualDate);

// Without an argument these mean now.
const formats = Intl.DateTimeFormat.prototype;
const { get: formatOf } = Object.getOwnPropertyDescriptor(formats, 'format');
const { formatToParts } = formats;
defineProperty(formats, 'format', {
  configurable: true,
  get() {
    const format = apply(formatOf, this, []);
    return (date) => format(date ?? wallMs());
  },
});
formats.formatToParts = function (date) {
  return apply(formatToParts, this, [date ?? wallMs()]);
};

define('performance', { timeOrigin: epochMs, now: () => look() / 1e6 });

// A small generator of 32 bits of state at a time (splitmix32): equal seeds, equal numbers.
let state = seed | 0;
function random32() {
  state = (state + 0x9e3779b9) | 0;
  let mixed = state ^ (state >>> 16);
  mixed = imul(mixed, 0x21f0aaad);
  mixed ^= mixed >>> 15;
  mixed = imul(mixed, 0x735a2d97);
  return (mixed ^ (mixed >>> 15)) >>> 0;
}
Math.random = () => ((random32() >>> 5) * 67108864 + (random32() >>> 6)) / 9007199254740992;

// What would really wait, or make code.
delete Atomics.wait;
delete Atomics.waitAsync;
delete globalThis.WebAssembly;

return random32;
