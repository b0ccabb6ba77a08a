// The tokens of a source, as far as finding brackets takes: comments are left out, strings, templates and regular
// expressions are one token each.
'use strict'

const WORD = /[\p{ID_Start}$_#][\p{ID_Continue}$\u200c\u200d]*/uy
const NUMBER = /\d[\w.]*/y
const SPACE = /\s+/y

// After these words, as after an operator, a slash begins a regular expression.
const BEFORE_A_VALUE = new Set([
  'return', 'typeof', 'instanceof', 'in', 'of', 'new', 'delete', 'void', 'throw', 'case', 'do', 'else', 'yield', 'await',
  'default', 'if', 'while', 'for', 'with',
])
const STATEMENT_HEADS = new Set(['if', 'while', 'for', 'with'])

// [{kind, text, start, end}]; kind: word, number, string, template, regex, mark. The text of a long token is its kind.
function tokens(source) {
  return scan(source, 0, false).found
}

// From `at` to the end, or to the brace that closes the hole of a template that it begins in.
function scan(source, at, inHole) {
  const found = []
  const heads = [] // for every open parenthesis: whether it belongs to an if, while, for or with
  let afterValue = false // whether a slash divides
  let depth = 0

  function add(kind, end, isValue, text = source.slice(at, end)) {
    found.push({ kind, text, start: at, end })
    at = end
    afterValue = isValue
  }

  function match(pattern) {
    pattern.lastIndex = at
    const result = pattern.exec(source)
    return result ? at + result[0].length : 0
  }

  function word(end) {
    const isMember = found.length > 0 && found[found.length - 1].text === '.'
    add('word', end, isMember || !BEFORE_A_VALUE.has(source.slice(at, end)))
  }

  function mark(char) {
    const last = found[found.length - 1]
    if (char === '{') depth++
    else if (char === '}') depth--
    else if (char === '(') heads.push(Boolean(last) && !afterValue && STATEMENT_HEADS.has(last.text))
    if (char === ')') add('mark', at + 1, !heads.pop())
    else if (char === '!') add('mark', at + 1, afterValue) // x! is as much of a value as x
    else if ((char === '+' || char === '-') && source[at + 1] === char) add('mark', at + 2, afterValue)
    else add('mark', at + 1, char === ']')
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
      add('string', endOfString(source, at), true, 'string')
    } else if (char === '`') {
      add('template', endOfTemplate(source, at), true, 'template')
    } else if (char === '/' && !afterValue && (end = endOfRegex(source, at))) {
      add('regex', end, true, 'regex')
    } else if ((end = match(WORD))) {
      word(end)
    } else if ((end = match(NUMBER))) {
      add('number', end, true)
    } else if (inHole && char === '}' && depth === 0) {
      break
    } else {
      mark(char)
    }
  }
  return { found, end: at }
}

function endOfLine(source, from) {
  for (let i = from; i < source.length; i++) if ('\n\r\u2028\u2029'.includes(source[i])) return i
  return source.length
}

function endOfString(source, from) {
  for (let i = from + 1; i < source.length; i++) {
    if (source[i] === '\\') i += source.startsWith('\r\n', i + 1) ? 2 : 1
    else if (source[i] === source[from]) return i + 1
    else if (source[i] === '\n' || source[i] === '\r') return i
  }
  return source.length
}

function endOfTemplate(source, from) {
  for (let i = from + 1; i < source.length; i++) {
    if (source[i] === '\\') i++
    else if (source[i] === '`') return i + 1
    else if (source[i] === '$' && source[i + 1] === '{') i = scan(source, i + 2, true).end
  }
  return source.length
}

// 0 where the line ends first: it is a division after all.
function endOfRegex(source, from) {
  let inClass = false
  for (let i = from + 1; i < source.length; i++) {
    const char = source[i]
    if (char === '\\') i++
    else if ('\n\r\u2028\u2029'.includes(char)) return 0
    else if (char === '[') inClass = true
    else if (char === ']') inClass = false
    else if (char === '/' && !inClass) return i + 1
  }
  return 0
}

module.exports = { tokens }
