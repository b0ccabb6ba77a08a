// Which names of other modules are left in the code as values: what the compiler has made of `import { a } from 'x'; a()` is
// `const x_1 = require("x"); (0, x_1.a)()`, and of a name that is only a type, nothing.
'use strict'

const HELPERS = ['__importDefault', '__importStar']

// A function of a specifier and names, which gives those that are used. `own` has the identifiers of the source: what the code
// calls a module is none of them, unless the source says `require` itself, or imports the whole module.
module.exports = function usesOf(ts, code, own) {
  const file = ts.createSourceFile('module.js', code, ts.ScriptTarget.ES2021)
  const specifiers = new Map()
  const used = new Map()

  function helped(node) {
    const isHelper = ts.isCallExpression(node) && ts.isIdentifier(node.expression) && HELPERS.includes(node.expression.text)
    return isHelper ? node.arguments[0] : node
  }

  function required(initializer) {
    const node = initializer && helped(initializer)
    const isRequire = node && ts.isCallExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === 'require'
    return isRequire && node.arguments.length === 1 && ts.isStringLiteral(node.arguments[0]) ? node.arguments[0].text : undefined
  }

  function note({ name, initializer }) {
    const specifier = required(initializer)
    if (specifier === undefined || !ts.isIdentifier(name) || own.has(name.text)) return
    specifiers.set(name.text, specifier)
    if (!used.has(specifier)) used.set(specifier, new Set())
  }

  function member(node) {
    if (ts.isPropertyAccessExpression(node)) return node.name.text
    const isNamed = ts.isElementAccessExpression(node) && ts.isStringLiteral(node.argumentExpression)
    return isNamed ? node.argumentExpression.text : undefined
  }

  function visit(node) {
    const name = member(node)
    const module = name === undefined ? undefined : helped(node.expression)
    if (module && ts.isIdentifier(module)) used.get(specifiers.get(module.text))?.add(name)
    ts.forEachChild(node, visit)
  }

  for (const statement of file.statements) {
    if (ts.isVariableStatement(statement)) statement.declarationList.declarations.forEach(note)
  }
  visit(file)
  return (specifier, names) => names.filter((name) => used.get(specifier)?.has(name))
}
