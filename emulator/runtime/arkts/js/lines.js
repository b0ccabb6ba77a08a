'use strict';
// Lines in and out over fd 0 and 1. At the end of the input the process ends.

const fs = require('node:fs');

const CHUNK = 1 << 16;
const leave = process.reallyExit.bind(process);

const chunk = Buffer.allocUnsafe(CHUNK);
let begun = [];
let rest = null;

function readLine() {
  for (;;) {
    if (rest !== null) {
      const end = rest.indexOf(10);
      if (end >= 0) {
        begun.push(rest.subarray(0, end));
        const line = (begun.length === 1 ? begun[0] : Buffer.concat(begun)).toString('utf8');
        rest = end + 1 < rest.length ? rest.subarray(end + 1) : null;
        begun = [];
        return line;
      }
      begun.push(rest);
      rest = null;
    }
    const size = fs.readSync(0, chunk, 0, CHUNK, null);
    if (size === 0) leave(0);
    rest = Buffer.from(chunk.subarray(0, size));
  }
}

function writeLine(text) {
  const bytes = Buffer.from(text + '\n', 'utf8');
  for (let sent = 0; sent < bytes.length; ) sent += fs.writeSync(1, bytes, sent);
}

module.exports = { readLine, writeLine };
