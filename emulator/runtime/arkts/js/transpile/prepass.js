// Turns what only ArkTS has into TypeScript, without moving anything: every line and column stays true.
//
//   import lazy X from 'y'    loses its `lazy`
//   struct X { ... }          becomes a class with an empty body: user interface never runs in a backup extension
//   @Builder function f() {}  and its kind lose their bodies
//   @interface X { ... }      goes; annotations with that name are listed
'use strict'

const { tokens } = require('./tokens.js')

const UI_FUNCTIONS = new Set(['Builder', 'LocalBuilder', 'Extend', 'AnimatableExtend', 'Styles'])

// {text, annotations}: `text` has the length of the source; `annotations` are the names that @interface declares.
function prepass(source) {
  const all = tokens(source)
  const edits = []
  const annotations = []
  for (let i = 0; i < all.length; i++) {
    const token = all[i]
    const before = all[i - 1]
    if (before && before.text === '.') continue
    if (token.text === 'import' && isLazy(all, i)) {
      edits.push(blank(all[i + 1].start, all[i + 1].end))
    } else if (token.text === 'struct' && isStruct(all, i)) {
      edits.push({ start: token.start, end: token.end, text: 'class ' }, body(all, indexOf(all, i, '{')))
    } else if (token.text === '@' && all[i + 1]) {
      const name = all[i + 1].text
      if (name === 'interface' && all[i + 2]) {
        annotations.push(all[i + 2].text)
        const open = indexOf(all, i, '{')
        const from = before && before.text === 'export' ? before.start : token.start
        edits.push(blank(from, open < 0 ? token.end : closing(all, open).end))
      } else if (UI_FUNCTIONS.has(name)) {
        const open = functionBody(all, i + 2)
        if (open >= 0) edits.push(body(all, open))
      }
    }
  }
  return { text: applied(source, edits), annotations }
}

// `import lazy from 'x'` and `import lazy, {y} from 'x'` import something that is called lazy.
function isLazy(all, i) {
  const [lazy, next, after] = [all[i + 1], all[i + 2], all[i + 3]]
  if (!lazy || lazy.text !== 'lazy' || !next) return false
  return next.text === 'from' ? Boolean(after) && after.text === 'from' : next.text !== ','
}

function isStruct(all, i) {
  const [name, next] = [all[i + 1], all[i + 2]]
  return Boolean(name) && name.kind === 'word' && Boolean(next) && ['{', '<', 'extends'].includes(next.text) && indexOf(all, i, '{') > 0
}

// The index of the brace that begins the body of the function behind a decorator; -1 where no function follows.
function functionBody(all, from) {
  let i = from
  if (all[i] && all[i].text === '(') i = all.indexOf(closing(all, i)) + 1
  while (all[i] && (all[i].text === 'export' || all[i].text === 'default' || all[i].text === 'async')) i++
  if (!all[i] || all[i].text !== 'function') return -1
  const parameters = indexOf(all, i, '(')
  return parameters < 0 ? -1 : indexOf(all, all.indexOf(closing(all, parameters)), '{')
}

function indexOf(all, from, text) {
  for (let i = from; i < all.length; i++) if (all[i].text === text) return i
  return -1
}

// The token that closes the bracket at `open`, or the last one.
function closing(all, open) {
  const [opens, closes] = all[open].text === '(' ? ['(', ')'] : ['{', '}']
  let depth = 0
  for (let i = open; i < all.length; i++) {
    if (all[i].text === opens) depth++
    else if (all[i].text === closes && --depth === 0) return all[i]
  }
  return all[all.length - 1]
}

function body(all, open) {
  return blank(all[open].end, closing(all, open).start)
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
