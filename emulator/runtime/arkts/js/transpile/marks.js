// The decorators and directives of ArkTS: which mean something to the emulated device, which belong to the user interface.
'use strict'

const BUILT_IN = new Set([
  'AnimatableExtend', 'Builder', 'BuilderParam', 'Component', 'ComponentV2', 'Computed', 'Concurrent', 'Consume', 'Consumer',
  'CustomDialog', 'Entry', 'Env', 'Event', 'Extend', 'Link', 'Local', 'LocalBuilder', 'LocalStorageLink', 'LocalStorageProp',
  'Monitor', 'ObjectLink', 'Observed', 'ObservedV2', 'Once', 'Param', 'Preview', 'Prop', 'Provide', 'Provider', 'Require',
  'Reusable', 'ReusableV2', 'Sendable', 'State', 'StorageLink', 'StorageProp', 'Styles', 'Trace', 'Track', 'Type', 'Watch',
])

module.exports = function marks(ts, sourceFile, annotations) {
  const known = new Set([...BUILT_IN, ...annotations])
  for (const name of ownNames(ts, sourceFile)) known.delete(name)

  function nameOf(decorator) {
    const called = ts.isCallExpression(decorator.expression) ? decorator.expression.expression : decorator.expression
    return ts.isIdentifier(called) ? called.text : ''
  }

  function decorators(node) {
    return (node.modifiers ?? []).filter(ts.isDecorator)
  }

  function directive(node, text) {
    for (const statement of node.body?.statements ?? node.statements ?? []) {
      if (!ts.isExpressionStatement(statement) || !ts.isStringLiteral(statement.expression)) return undefined
      if (statement.expression.text === text) return statement
    }
    return undefined
  }

  return {
    directive,
    // What is left of the modifiers when the device's own decorators are gone.
    others: (modifiers) => modifiers?.filter((m) => !ts.isDecorator(m) || !known.has(nameOf(m))),
    isConcurrent: (node) => decorators(node).some((d) => nameOf(d) === 'Concurrent') || Boolean(directive(node, 'use concurrent')),
    isSendable: (node) =>
      decorators(node).some((d) => nameOf(d) === 'Sendable') ||
      node.members.some((m) => ts.isConstructorDeclaration(m) && directive(m, 'use sendable')),
  }
}

// Names that the module itself declares or imports: a decorator that is called like one of the device's own is not dropped.
function ownNames(ts, sourceFile) {
  const names = []
  for (const statement of sourceFile.statements) {
    if (ts.isImportDeclaration(statement) && statement.importClause) {
      const { name, namedBindings } = statement.importClause
      if (name) names.push(name.text)
      if (namedBindings && ts.isNamedImports(namedBindings)) names.push(...namedBindings.elements.map((e) => e.name.text))
    } else if (ts.isFunctionDeclaration(statement) && statement.name) {
      names.push(statement.name.text)
    }
  }
  const fromArkUi = sourceFile.statements
    .filter((s) => ts.isImportDeclaration(s) && /^@(kit\.ArkUI|ohos[.:]arkui)/.test(s.moduleSpecifier.text))
    .flatMap((s) => ownNamesOf(ts, s))
  return names.filter((name) => !fromArkUi.includes(name))
}

function ownNamesOf(ts, statement) {
  const bindings = statement.importClause?.namedBindings
  return bindings && ts.isNamedImports(bindings) ? bindings.elements.map((e) => e.name.text) : []
}
