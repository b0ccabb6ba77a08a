// Runs transpiled code with stand-ins for everything that a module gets. In: a JSON list of codes on standard input.
// Out: for each, what came of it.
'use strict'

const vm = require('node:vm')

const PARAMETERS = [
  'exports', 'require', 'module', '__filename', '__dirname', '__tick', '__chk', '__concurrent', '__sendable', '__ext',
]

// Whatever a module imports: may be called, made, extended, iterated and asked for anything.
function anything() {
  const target = function () {}
  return new Proxy(target, {
    get: (_, name) => {
      if (name === '__esModule') return true
      if (name === 'prototype') return target.prototype
      if (name === Symbol.toPrimitive) return () => 1
      return typeof name === 'symbol' ? undefined : anything()
    },
    apply: () => undefined,
    construct: () => ({}),
  })
}

// {exports, calls, error, stack}: `calls` are those of the marks, in order, without their number.
function run(code) {
  const calls = []
  const module = { exports: {} }
  const marked = (mark) => (subject, name) => void calls.push(`${mark} ${name ?? subject.name}`)
  const context = vm.createContext({ console: { info() {} }, LocalStorage: anything(), Base: Object })
  const note = { exports: [], calls, error: '', stack: '' }
  try {
    const load = vm.compileFunction(code, PARAMETERS, { filename: 'code.js', parsingContext: context })
    const tick = () => void (calls.at(-1) === 'tick' || calls.push('tick'))
    const check = () => void calls.push('check')
    load(
      module.exports, anything, module, 'code.js', '.', tick, check, marked('concurrent'), marked('sendable'), marked('ext'),
    )
    note.exports = Object.keys(module.exports).sort()
  } catch (error) {
    note.error = String(error)
    note.stack = String(error.stack)
  }
  return { note, exports: module.exports }
}

async function main() {
  const codes = JSON.parse(require('node:fs').readFileSync(0, 'utf8'))
  const notes = []
  for (const code of codes) {
    const { note, exports } = run(code)
    // A module may offer something to call.
    if (typeof exports.main === 'function') {
      try {
        note.result = await exports.main()
      } catch (error) {
        note.error = String(error)
        note.stack = String(error.stack)
      }
    }
    notes.push(note)
  }
  console.log(JSON.stringify(notes))
}

main()
