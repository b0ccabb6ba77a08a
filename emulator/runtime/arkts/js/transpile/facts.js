// What can be read off a module without running it: its imports, its classes, what it exports by default.
'use strict'

const EXPRESSION = '(expression)'

module.exports = function facts(ts, sourceFile, lazyAt, marks) {
  const place = (node) => {
    const { line, character } = sourceFile.getLineAndCharacterOfPosition(node.getStart(sourceFile))
    return { line: line + 1, column: character + 1 }
  }
  const has = (node, kind) => Boolean(node.modifiers?.some((m) => m.kind === kind))
  const imports = []
  const classes = []
  const exported = new Set()
  let defaultExport = ''
  let defaultName = '' // what the module itself calls it

  // `pairs` are imported names, each with what this file calls it.
  function addImport(node, specifier, pairs, typeOnly, dynamic = false) {
    const [names, locals] = [0, 1].map((i) => pairs.map((pair) => pair[i]))
    const lazy = lazyAt.has(node.getStart(sourceFile))
    imports.push({ specifier, names, locals, ...place(node), lazy, type_only: typeOnly, dynamic })
  }

  const outerName = (element) => (element.propertyName ?? element.name).text
  const pairOf = (element) => [outerName(element), element.name.text]

  function importPairs(clause) {
    const pairs = clause?.name ? [['default', clause.name.text]] : []
    const bindings = clause?.namedBindings
    if (bindings && ts.isNamespaceImport(bindings)) pairs.push(['*', bindings.name.text])
    else if (bindings) pairs.push(...bindings.elements.map(pairOf))
    return pairs
  }

  function allTypes(clause) {
    return Boolean(clause?.elements?.length) && clause.elements.every((e) => e.isTypeOnly)
  }

  function onlyTypes(clause) {
    if (!clause) return false
    return clause.isTypeOnly || (!clause.name && allTypes(clause.namedBindings))
  }

  function addClass(node, name, options) {
    if (marks.isDeclared(node) || marks.isAnnotation(node)) return
    const heritage = node.heritageClauses?.find((h) => h.token === ts.SyntaxKind.ExtendsKeyword)
    const methods = []
    for (const member of node.members) {
      const value = ts.isPropertyDeclaration(member) ? member.initializer : undefined
      const isFunction = value && (ts.isArrowFunction(value) || ts.isFunctionExpression(value))
      const isMethod = (ts.isMethodDeclaration(member) && member.body) || isFunction
      if (!isMethod || has(member, ts.SyntaxKind.StaticKeyword)) continue
      const methodName = ts.isComputedPropertyName(member.name) ? member.name.expression : member.name
      if (ts.isIdentifier(member.name) || ts.isStringLiteralLike(methodName)) {
        const { line, column } = place(member.name)
        methods.push([methodName.text, line, column])
      }
    }
    classes.push({
      name,
      base: heritage?.types[0]?.expression.getText(sourceFile) ?? '',
      methods,
      exported: options.exported || options.default,
      default: options.default,
      abstract: has(node, ts.SyntaxKind.AbstractKeyword),
      ...place(node.name ?? node),
    })
    if (options.default) defaultName = name
  }

  function statement(node) {
    if (ts.isImportDeclaration(node)) {
      addImport(node, node.moduleSpecifier.text, importPairs(node.importClause), onlyTypes(node.importClause))
    } else if (ts.isImportEqualsDeclaration(node) && ts.isExternalModuleReference(node.moduleReference)) {
      addImport(node, node.moduleReference.expression.text, [['*', node.name.text]], node.isTypeOnly)
    } else if (ts.isExportDeclaration(node)) {
      const elements = node.exportClause && ts.isNamedExports(node.exportClause) ? node.exportClause.elements : undefined
      const byDefault = elements?.find((e) => e.name.text === 'default')
      if (node.moduleSpecifier) {
        const pairs = elements ? elements.map(pairOf) : [['*', node.exportClause?.name.text ?? '*']]
        addImport(node, node.moduleSpecifier.text, pairs, node.isTypeOnly || allTypes(node.exportClause))
        if (byDefault) defaultExport = 'default'
      } else {
        for (const element of elements ?? []) exported.add(outerName(element))
        if (byDefault) defaultName = outerName(byDefault)
      }
    } else if (ts.isExportAssignment(node)) {
      exportAssignment(node)
    } else if (ts.isClassDeclaration(node)) {
      const isDefault = has(node, ts.SyntaxKind.DefaultKeyword)
      addClass(node, node.name?.text ?? 'default', { exported: has(node, ts.SyntaxKind.ExportKeyword), default: isDefault })
    } else if (ts.isFunctionDeclaration(node) && has(node, ts.SyntaxKind.DefaultKeyword)) {
      defaultExport = EXPRESSION
    } else if (ts.isVariableStatement(node)) {
      for (const { name, initializer } of node.declarationList.declarations) {
        if (initializer && ts.isClassExpression(initializer) && ts.isIdentifier(name)) {
          addClass(initializer, name.text, { exported: has(node, ts.SyntaxKind.ExportKeyword), default: false })
        }
      }
    }
  }

  function exportAssignment({ expression, isExportEquals }) {
    if (isExportEquals) exported.add(expression.text)
    else if (ts.isIdentifier(expression)) defaultName = expression.text
    else if (!ts.isClassExpression(ts.skipParentheses(expression))) defaultExport = EXPRESSION
    else addClass(ts.skipParentheses(expression), 'default', { exported: true, default: true })
  }

  function calls(node) {
    if (ts.isCallExpression(node) && node.arguments.length > 0 && ts.isStringLiteralLike(node.arguments[0])) {
      const { expression } = node
      if (expression.kind === ts.SyntaxKind.ImportKeyword) addImport(node, node.arguments[0].text, [], false, true)
      else if (ts.isIdentifier(expression) && expression.text === 'require') addImport(node, node.arguments[0].text, [], false)
    }
    ts.forEachChild(node, calls)
  }

  sourceFile.statements.forEach(statement)
  calls(sourceFile)
  for (const found of classes) {
    if (found.name === defaultName) found.default = true
    found.exported = found.exported || found.default || exported.has(found.name)
  }
  if (defaultName) {
    const isKnown = classes.some((c) => c.default) || imports.some((i) => i.locals.includes(defaultName))
    defaultExport = isKnown ? defaultName : EXPRESSION
  }
  return { imports, classes, default_export: defaultExport }
}
