// The decorators and directives of ArkTS: which mean something to the emulated device, which belong to the user interface.
'use strict'

const BUILT_IN = new Set([
  'AnimatableExtend', 'Builder', 'BuilderParam', 'Component', 'ComponentV2', 'Computed', 'Concurrent', 'Consume', 'Consumer',
  'CustomDialog', 'CustomEnv', 'Entry', 'Env', 'Event', 'Extend', 'Link', 'Local', 'LocalBuilder', 'LocalStorageLink',
  'LocalStorageProp', 'Monitor', 'ObjectLink', 'Observed', 'ObservedV2', 'Once', 'Param', 'Preview', 'Prop', 'Provide',
  'Provider', 'Require', 'Reusable', 'ReusableV2', 'Sendable', 'State', 'StorageLink', 'StorageProp', 'Styles', 'Trace',
  'Track', 'Type', 'Watch',
])
const SYSTEM = /^@(kit|ohos|hms|system)[.:]/

module.exports = function marks(ts, sourceFile, annotations) {
  const known = new Set([...BUILT_IN, ...annotations])
  // One of the app's own that is called the same is not dropped; whatever the device has, its compiler takes away.
  for (const [name, from] of namesOf(ts, sourceFile)) {
    if (SYSTEM.test(from)) known.add(name)
    else known.delete(name)
  }

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
    isAnnotation: (node) => annotations.has(node.name?.text),
    isDeclared: (node) => Boolean(ts.getCombinedModifierFlags(node) & ts.ModifierFlags.Ambient),
    // What is left of the modifiers when the device's own decorators are gone.
    others: (modifiers) => modifiers?.filter((m) => !ts.isDecorator(m) || !known.has(nameOf(m))),
    isConcurrent: (node) => decorators(node).some((d) => nameOf(d) === 'Concurrent') || Boolean(directive(node, 'use concurrent')),
    isSendable: (node) =>
      decorators(node).some((d) => nameOf(d) === 'Sendable') ||
      node.members.some((m) => ts.isConstructorDeclaration(m) && directive(m, 'use sendable')),
  }
}

// [name, from]: what the module declares or imports and may use as a decorator; `from` is "" for its own.
function namesOf(ts, sourceFile) {
  return sourceFile.statements.flatMap((statement) => {
    if (ts.isFunctionDeclaration(statement) && statement.name) return [[statement.name.text, '']]
    if (ts.isVariableStatement(statement)) return statement.declarationList.declarations.map((d) => [d.name.text, ''])
    const clause = ts.isImportDeclaration(statement) ? statement.importClause : undefined
    const named = clause?.namedBindings && ts.isNamedImports(clause.namedBindings) ? clause.namedBindings.elements : []
    return [clause, ...named].filter((c) => c?.name).map((c) => [c.name.text, statement.moduleSpecifier.text])
  })
}
