// One line of JSON for a source, one line for what becomes of it. Arguments: the TypeScript compiler, a directory for its
// compiled code ("" for none).
'use strict'

const [typescript, cache] = process.argv.slice(2)
if (cache) require('node:module').enableCompileCache?.(cache)

const ts = require(typescript)
const { prepass } = require('./prepass.js')
const marksOf = require('./marks.js')
const factsOf = require('./facts.js')
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
const STATIC = "static ArkTS ('use static') is another language, which only the device's own compiler knows"

function transpile(source) {
  const { text, annotations } = prepass(source)
  let facts
  let concurrent = []
  let isStatic
  const before = (context) => (sourceFile) => {
    const marks = marksOf(ts, sourceFile, annotations)
    isStatic = marks.directive(sourceFile, 'use static')
    facts = factsOf(ts, sourceFile, lazyImports(source, text))
    const instrumented = instrument(ts, context, marks)
    const result = instrumented.module(sourceFile)
    concurrent = instrumented.concurrent
    return result
  }
  const result = ts.transpileModule(text, {
    compilerOptions: OPTIONS,
    fileName: 'module.ts',
    reportDiagnostics: true,
    transformers: { before: [before] },
  })
  const diagnostics = result.diagnostics.map((d) => ({
    ...placeOf(text, d.start ?? 0),
    message: ts.flattenDiagnosticMessageText(d.messageText, ' '),
  }))
  if (isStatic) diagnostics.unshift({ ...placeOf(text, isStatic.getStart()), message: STATIC })
  for (const i of facts.imports) i.type_only ||= !isLeft(result.outputText, i.specifier)
  return {
    code: result.outputText.replace(/\n?\/\/# sourceMappingURL=.*\s*$/, '\n'),
    mappings: JSON.parse(result.sourceMapText).mappings,
    ...facts,
    concurrent,
    diagnostics,
  }
}

// An import of what is used as a type alone is not in the code any more.
function isLeft(code, specifier) {
  return code.includes(`"${specifier}"`) || code.includes(`'${specifier}'`)
}

// Where an import began that the pre-pass took `lazy` from.
function lazyImports(source, text) {
  const found = new Set()
  for (const { index } of source.matchAll(/\bimport\s+lazy\b/g)) {
    if (source.slice(index, index + 40) !== text.slice(index, index + 40) && text.startsWith('import', index)) found.add(index)
  }
  return found
}

function placeOf(text, at) {
  const before = text.slice(0, at).split(/\r\n|[\n\r\u2028\u2029]/)
  return { line: before.length, column: before[before.length - 1].length + 1 }
}

let rest = ''
process.stdin.setEncoding('utf8')
process.stdin.on('data', (chunk) => {
  const lines = (rest + chunk).split('\n')
  rest = lines.pop()
  for (const line of lines) process.stdout.write(`${JSON.stringify(transpile(JSON.parse(line)))}\n`)
})
