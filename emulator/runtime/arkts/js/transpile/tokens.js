// The tokens of a source, as far as finding brackets takes: comments are left out, strings, templates and regular
// expressions are one token each.
'use strict'

const WORD = /[\p{ID_Start}$_#][\p{ID_Continue}$\u200c\u200d]*/uy
const NUMBER = /\d[\w.]*/y
const SPACE = /\s+/y

// After these words, as after an operator, a slash begins a regular expression.
const BEFORE_A_VALUE = new Set([
  'return', 'typeof', 'instanceof', 'in', 'of', 'new', 'delete', 'void', 'throw', 'case', 'do', 'else', 'yield', 'await',
])
const STATEMENT_HEADS = new Set(['if', 'while', 'for', 'with'])

// [{kind, text, start, end}]; kind: word, number, string, template, regex, mark. The text of a long token is its kind.
function tokens(source) {
  const found = []
  const heads = [] // for every open parenthesis: whether it belongs to an if, while, for or with
  let afterHead = false
  let at = 0

  function add(kind, end, text = source.slice(at, end)) {
    found.push({ kind, text, start: at, end })
    at = end
  }

  function match(pattern) {
    pattern.lastIndex = at
    const result = pattern.exec(source)
    return result ? at + result[0].length : 0
  }

  while (at < source.length) {
    const char = source[at]
    const next = source[at + 1]
    let end = match(SPACE)
    if (end) {
      at = end
    } else if (char === '/' && next === '/') {
      at = endOfLine(source, at)
    } else if (char === '/' && next === '*') {
      const close = source.indexOf('*/', at + 2)
      at = close < 0 ? source.length : close + 2
    } else if (char === '"' || char === "'") {
      add('string', endOfString(source, at), 'string')
    } else if (char === '`') {
      add('template', endOfTemplate(source, at), 'template')
    } else if (char === '/' && mayBeRegex(found[found.length - 1], afterHead)) {
      add('regex', endOfRegex(source, at), 'regex')
    } else if ((end = match(WORD))) {
      add('word', end)
    } else if ((end = match(NUMBER))) {
      add('number', end)
    } else {
      const last = found[found.length - 1]
      if (char === '(') heads.push(Boolean(last) && last.kind === 'word' && STATEMENT_HEADS.has(last.text))
      add('mark', at + 1)
      afterHead = char === ')' && Boolean(heads.pop())
      continue
    }
    if (found.length && found[found.length - 1].text !== ')') afterHead = false
  }
  return found
}

function mayBeRegex(last, afterHead) {
  if (!last) return true
  if (last.kind === 'word') return BEFORE_A_VALUE.has(last.text)
  if (last.kind !== 'mark') return false
  return last.text === ')' ? afterHead : last.text !== ']' && last.text !== '}'
}

function endOfLine(source, from) {
  for (let i = from; i < source.length; i++) if ('\n\r\u2028\u2029'.includes(source[i])) return i
  return source.length
}

function endOfString(source, from) {
  for (let i = from + 1; i < source.length; i++) {
    if (source[i] === '\\') i++
    else if (source[i] === source[from]) return i + 1
    else if (source[i] === '\n') return i
  }
  return source.length
}

// The braces of `${...}` may hold templates of their own.
function endOfTemplate(source, from) {
  for (let i = from + 1; i < source.length; i++) {
    if (source[i] === '\\') i++
    else if (source[i] === '`') return i + 1
    else if (source[i] === '$' && source[i + 1] === '{') i = endOfHole(source, i + 2) - 1
  }
  return source.length
}

function endOfHole(source, from) {
  let depth = 1
  for (let i = from; i < source.length; i++) {
    const char = source[i]
    if (char === '{') depth++
    else if (char === '}' && --depth === 0) return i + 1
    else if (char === '"' || char === "'") i = endOfString(source, i) - 1
    else if (char === '`') i = endOfTemplate(source, i) - 1
    else if (char === '/' && source[i + 1] === '/') i = endOfLine(source, i)
    else if (char === '/' && source[i + 1] === '*') i = Math.max(i + 1, source.indexOf('*/', i + 2) + 1)
  }
  return source.length
}

function endOfRegex(source, from) {
  let inClass = false
  for (let i = from + 1; i < source.length; i++) {
    const char = source[i]
    if (char === '\\') i++
    else if (char === '\n') return from + 1 // a division after all
    else if (char === '[') inClass = true
    else if (char === ']') inClass = false
    else if (char === '/' && !inClass) return i + 1
  }
  return from + 1
}

module.exports = { tokens }
