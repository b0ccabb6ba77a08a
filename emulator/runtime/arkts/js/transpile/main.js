// One line of JSON for a source ({kind, text}; kind: ts or js), one line for what becomes of it. Arguments: the TypeScript
// compiler, a directory for its compiled code ("" for none).
'use strict'

const [typescript, cache] = process.argv.slice(2)
if (cache) require('node:module').enableCompileCache?.(cache)

const vm = require('node:vm')
const ts = require(typescript)
const { prepass } = require('./prepass.js')
const marksOf = require('./marks.js')
const { PARAMETERS, namesOf } = require('./names.js')
const factsOf = require('./facts.js')
const exportsOf = require('./exports.js')
const usesOf = require('./uses.js')
const instrument = require('./instrument.js')

const OPTIONS = {
  target: ts.ScriptTarget.ES2021,
  module: ts.ModuleKind.CommonJS,
  sourceMap: true,
  experimentalDecorators: true,
  esModuleInterop: true,
  isolatedModules: true,
  useDefineForClassFields: false,
  newLine: ts.NewLineKind.LineFeed,
}
// Of a kind of file. What is no JavaScript is a module even where it imports and exports nothing.
const BY_KIND = {
  ts: { moduleDetection: ts.ModuleDetectionKind.Force },
  js: { allowJs: true },
}
const STATIC = "static ArkTS ('use static') is another language, which only the device's own compiler knows"
// What a device has, and the emulated one has not.
const TAKEN = 'a name of the module that is exported apart from its declaration'
const AWAITS = 'await outside of a function'

function transpile({ kind, text: source }) {
  const { text, lazy, annotations } = prepass(source.replace(/^\uFEFF/, ''))
  let facts
  let identifiers
  let concurrent = []
  const refused = []
  const unsupported = []
  const note = (list, node, message) => node && list.push({ ...placeOf(text, node.getStart()), message })
  const before = (context) => (sourceFile) => {
    const marks = marksOf(ts, sourceFile, annotations)
    note(refused, marks.directive(sourceFile, 'use static'), STATIC)
    note(unsupported, topLevelAwait(sourceFile), AWAITS)
    const names = namesOf(ts, context, sourceFile)
    note(unsupported, names.refused, TAKEN)
    facts = { ...factsOf(ts, sourceFile, lazy, marks), ...exportsOf(ts, sourceFile) }
    identifiers = sourceFile.identifiers
    const instrumented = instrument(ts, context, marks, names)
    const result = instrumented.module(sourceFile)
    concurrent = instrumented.concurrent
    return result
  }
  const result = ts.transpileModule(text, {
    compilerOptions: { ...OPTIONS, ...BY_KIND[kind] },
    fileName: `module.${kind}`,
    reportDiagnostics: true,
    transformers: { before: [before] },
  })
  const diagnostics = result.diagnostics.map((d) => ({
    ...placeOf(text, d.start ?? 0),
    message: ts.flattenDiagnosticMessageText(d.messageText, ' '),
  }))
  const usedOf = usesOf(ts, result.outputText, identifiers)
  for (const i of facts.imports) {
    i.type_only ||= i.names.length > 0 && !isLeft(result.outputText, i.specifier)
    i.used = i.type_only || i.dynamic ? [] : usedOf(i.specifier, i.names)
  }
  const code = result.outputText.replace(/\n?\/\/# sourceMappingURL=.*\s*$/, '\n')
  return {
    code,
    mappings: JSON.parse(result.sourceMapText).mappings,
    ...facts,
    concurrent,
    diagnostics: [...refused, ...diagnostics],
    unsupported,
    engine: unsupported.length ? [] : mistakeIn(code),
  }
}

// What TypeScript leaves to its type checker, and the engine refuses, at its place in the code: a name that is declared twice,
// a break outside of a loop.
function mistakeIn(code) {
  try {
    vm.compileFunction(code, PARAMETERS, { filename: 'module' })
    return []
  } catch ({ message, stack }) {
    const [, line, marked] = /^module:(\d+)\n.*\n( *)\^/.exec(stack) ?? [null, '1', '']
    return [{ line: Number(line), column: marked.length + 1, message }]
  }
}

function topLevelAwait(node) {
  if (ts.isAwaitExpression(node) || (ts.isForOfStatement(node) && node.awaitModifier)) return node
  return ts.isFunctionLike(node) ? undefined : ts.forEachChild(node, topLevelAwait)
}

// An import of what is used as a type alone is not in the code any more.
function isLeft(code, specifier) {
  return code.includes(`"${specifier}"`) || code.includes(`'${specifier}'`)
}

function placeOf(text, at) {
  const before = text.slice(0, at).split(/\r\n|[\n\r\u2028\u2029]/)
  return { line: before.length, column: before[before.length - 1].length + 1 }
}

function answer(request) {
  try {
    return transpile(request)
  } catch (error) {
    return { failure: String(error) }
  }
}

let rest = ''
process.stdin.setEncoding('utf8')
process.stdin.on('data', (chunk) => {
  const lines = (rest + chunk).split('\n')
  rest = lines.pop()
  for (const line of lines) process.stdout.write(`${JSON.stringify(answer(JSON.parse(line)))}\n`)
})
