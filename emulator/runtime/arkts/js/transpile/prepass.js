// Turns what only ArkTS has into TypeScript, without moving anything: every line and column stays true.
//
//   import lazy X from 'y'    loses its `lazy`
//   struct X { ... }          becomes a class with an empty body: user interface never runs in a backup extension
//   @Builder function f() {}  and its kind lose their bodies
//   @interface X { ... }      becomes a class with an empty body, which later becomes a function
'use strict'

const { tokens } = require('./tokens.js')

const UI_FUNCTIONS = new Set(['Builder', 'LocalBuilder', 'Extend', 'AnimatableExtend', 'Styles'])
const CLOSING = { '(': ')', '{': '}', '<': '>' }

// {text, lazy, annotations}: `text` has the length of the source; `lazy` is where the imports begin that were lazy;
// `annotations` are the names that @interface declares.
function prepass(source) {
  const end = source.length
  const all = [...tokens(source), { kind: 'end', text: '', start: end, end }]
  const edits = []
  const lazy = new Set()
  const annotations = new Set()
  for (let i = 0; i < all.length; i++) {
    const token = all[i]
    if (i > 0 && all[i - 1].text === '.') continue
    if (token.text === 'import' && isLazy(all, i)) {
      lazy.add(token.start)
      edits.push(blank(all[i + 1].start, all[i + 1].end))
    } else if (token.text === 'struct' && isStruct(all, i)) {
      const open = all[i + 2].text === '<' ? closing(all, i + 2) : i
      edits.push(...emptyClass(all, token, token, open))
    } else if (token.text === '@' && all[i + 1] && all[i + 1].text === 'interface' && all[i + 2]) {
      annotations.add(all[i + 2].text)
      edits.push(...emptyClass(all, token, all[i + 1], i))
    } else if (token.text === '@' && all[i + 1] && UI_FUNCTIONS.has(all[i + 1].text)) {
      const open = functionBody(all, i)
      if (open >= 0) edits.push(body(all, open))
    }
  }
  return { text: applied(source, edits), lazy, annotations }
}

// `import lazy from 'x'`, `import lazy, {y} from 'x'` and `import lazy = x` import something that is called lazy.
function isLazy(all, i) {
  const [lazy, next, after] = [all[i + 1], all[i + 2], all[i + 3]]
  if (!lazy || lazy.text !== 'lazy' || !next) return false
  return next.text === 'from' ? Boolean(after) && after.text === 'from' : next.text !== ',' && next.text !== '='
}

function isStruct(all, i) {
  const [name, next] = [all[i + 1], all[i + 2]]
  return Boolean(name) && name.kind === 'word' && Boolean(next) && ['{', '<', 'extends'].includes(next.text)
}

// The index of the brace that begins the body of the function behind a decorator; -1 where no function follows.
function functionBody(all, decorator) {
  let i = decorator
  while (all[i] && all[i].text === '@') {
    i += 2
    if (all[i] && all[i].text === '(') i = closing(all, i) + 1
  }
  while (all[i] && ['export', 'default', 'async'].includes(all[i].text)) i++
  if (!all[i] || all[i].text !== 'function') return -1
  const parameters = indexOf(all, i, '(')
  return parameters < 0 ? -1 : indexOf(all, closing(all, parameters), '{')
}

function indexOf(all, from, text) {
  return all.findIndex((token, i) => i >= from && token.text === text)
}

// The index of the token that closes the bracket at `open`, or of the end.
function closing(all, open) {
  const opens = all[open].text
  const closes = CLOSING[opens]
  let depth = 0
  for (let i = open; i < all.length; i++) {
    if (all[i].text === opens) depth++
    else if (all[i].text === closes && all[i - 1].text !== '=' && --depth === 0) return i
  }
  return all.length - 1
}

// The words from `first` to `last` say class; the body is the next one after the token at `from`.
function emptyClass(all, first, last, from) {
  const word = { start: first.start, end: last.end, text: 'class'.padEnd(last.end - first.start) }
  const open = indexOf(all, from, '{')
  return open < 0 ? [] : [word, body(all, open)]
}

function body(all, open) {
  return blank(all[open].end, all[closing(all, open)].start)
}

function blank(start, end) {
  return { start, end, text: null }
}

function applied(source, edits) {
  let text = ''
  let at = 0
  for (const edit of edits.sort((a, b) => a.start - b.start)) {
    if (edit.start < at) continue // inside of what is blank already
    text += source.slice(at, edit.start) + (edit.text ?? source.slice(edit.start, edit.end).replace(/[^\r\n\u2028\u2029]/g, ' '))
    at = edit.end
  }
  return text + source.slice(at)
}

module.exports = { prepass }
