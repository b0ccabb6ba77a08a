// Variables that are called like a parameter of the function that a module becomes (see ../host.js): they get another name.
'use strict'

const PARAMETERS = [
  'exports', 'require', 'module', '__filename', '__dirname', '__tick', '__chk', '__concurrent', '__sendable', '__ext',
]

function namesOf(ts, context, sourceFile) {
  const { factory } = context
  const others = new Map()
  const has = (node, kind) => Boolean(node.modifiers?.some((m) => m.kind === kind))
  const isExported = (node) => has(node, ts.SyntaxKind.ExportKeyword)

  // What is exported becomes a property of the exports, what is imported one of the module: they take no name.
  function elsewhere(statement) {
    if (ts.isVariableStatement(statement)) {
      return isExported(statement) ? statement.declarationList.declarations.map((d) => d.name.text) : []
    }
    if (!ts.isImportDeclaration(statement) || !statement.importClause) return isExported(statement) ? [statement.name?.text] : []
    const { name, namedBindings: bindings } = statement.importClause
    const elements = bindings && ts.isNamedImports(bindings) ? bindings.elements : [bindings]
    return [name?.text, ...elements.map((element) => element?.name.text)]
  }

  const isBinding = (node) =>
    ts.isVariableDeclaration(node) || ts.isParameter(node) || ts.isBindingElement(node) ||
    ts.isFunctionDeclaration(node) || ts.isFunctionExpression(node) || ts.isClassLike(node)

  function free(name) {
    const other = `${name}_`
    return sourceFile.identifiers.has(other) ? free(other) : other
  }

  function collect(node) {
    if (has(node, ts.SyntaxKind.DeclareKeyword)) return // this is the parameter itself
    const name = isBinding(node) ? node.name?.text : undefined
    if (PARAMETERS.includes(name) && !others.has(name)) others.set(name, free(name))
    ts.forEachChild(node, collect)
  }

  const isTaken = (node) => ts.isIdentifier(node) && others.has(node.text)

  // What is looked up in an object or in another module, not in a scope.
  const isProperty = ({ parent }, name) => parent.propertyName === name || (parent.name === name && !isBinding(parent))

  // What stands in the place of a node whose own name is taken; undefined for any other. `visit` is for what is in it.
  function renamed(node, visit) {
    if (ts.isShorthandPropertyAssignment(node) && isTaken(node.name)) {
      const other = factory.createIdentifier(others.get(node.name.text))
      const initial = ts.visitNode(node.objectAssignmentInitializer, visit)
      return factory.createPropertyAssignment(node.name.text, initial ? factory.createAssignment(other, initial) : other)
    }
    const ofObject = ts.isBindingElement(node) && ts.isObjectBindingPattern(node.parent) && !node.dotDotDotToken
    if (ofObject && !node.propertyName && isTaken(node.name)) {
      const initializer = ts.visitNode(node.initializer, visit)
      const other = factory.createIdentifier(others.get(node.name.text))
      return factory.updateBindingElement(node, undefined, node.name.text, other, initializer)
    }
    return isTaken(node) && !isProperty(node, node) ? factory.createIdentifier(others.get(node.text)) : undefined
  }

  // Exported under a name that it does not have any more.
  function refused() {
    return sourceFile.statements
      .filter((s) => ts.isExportDeclaration(s) && !s.moduleSpecifier && s.exportClause && ts.isNamedExports(s.exportClause))
      .flatMap((s) => s.exportClause.elements)
      .find((element) => isTaken(element.propertyName ?? element.name))
  }

  if (ts.isExternalModule(sourceFile)) collect(sourceFile) // any other file means the parameters themselves
  for (const name of sourceFile.statements.flatMap(elsewhere)) others.delete(name)
  return { renamed, refused: refused() }
}

module.exports = { PARAMETERS, namesOf }
