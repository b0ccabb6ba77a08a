// What can be read off a module without running it: its imports, its classes, what it exports by default.
'use strict'

module.exports = function facts(ts, sourceFile, lazyAt) {
  const place = (node) => {
    const { line, character } = sourceFile.getLineAndCharacterOfPosition(node.getStart(sourceFile))
    return { line: line + 1, column: character + 1 }
  }
  const has = (node, kind) => Boolean(node.modifiers?.some((m) => m.kind === kind))
  const imports = []
  const classes = []
  let defaultExport = ''
  const exported = new Set()

  // `pairs` are imported names, each with what this file calls it.
  function addImport(node, specifier, pairs, typeOnly, dynamic = false) {
    const [names, locals] = [0, 1].map((i) => pairs.map((pair) => pair[i]))
    const lazy = lazyAt.has(node.getStart(sourceFile))
    imports.push({ specifier, names, locals, ...place(node), lazy, type_only: typeOnly, dynamic })
  }

  const pairOf = (e) => [(e.propertyName ?? e.name).text, e.name.text]

  function importPairs(clause) {
    const pairs = clause?.name ? [['default', clause.name.text]] : []
    const bindings = clause?.namedBindings
    if (bindings && ts.isNamespaceImport(bindings)) pairs.push(['*', bindings.name.text])
    else if (bindings) pairs.push(...bindings.elements.map(pairOf))
    return pairs
  }

  function onlyTypes(clause) {
    if (!clause) return false
    if (clause.isTypeOnly) return true
    const bindings = clause.namedBindings
    const named = bindings && ts.isNamedImports(bindings) ? bindings.elements : []
    return !clause.name && named.length > 0 && named.every((e) => e.isTypeOnly)
  }

  function addClass(node, name, options) {
    const heritage = node.heritageClauses?.find((h) => h.token === ts.SyntaxKind.ExtendsKeyword)
    const methods = []
    for (const member of node.members) {
      const value = ts.isPropertyDeclaration(member) ? member.initializer : undefined
      const isFunction = value && (ts.isArrowFunction(value) || ts.isFunctionExpression(value))
      if ((ts.isMethodDeclaration(member) && member.body) || isFunction) {
        if (ts.isIdentifier(member.name) || ts.isStringLiteral(member.name)) methods.push([member.name.text, place(member.name).line])
      }
    }
    classes.push({
      name,
      base: heritage?.types[0]?.expression.getText(sourceFile) ?? '',
      methods,
      exported: options.exported || options.default,
      default: options.default,
      abstract: has(node, ts.SyntaxKind.AbstractKeyword),
      line: place(node.name ?? node).line,
    })
    if (options.default) defaultExport = name
  }

  function statement(node) {
    if (ts.isImportDeclaration(node)) {
      addImport(node, node.moduleSpecifier.text, importPairs(node.importClause), onlyTypes(node.importClause))
    } else if (ts.isImportEqualsDeclaration(node) && ts.isExternalModuleReference(node.moduleReference)) {
      addImport(node, node.moduleReference.expression.text, [['*', node.name.text]], node.isTypeOnly)
    } else if (ts.isExportDeclaration(node)) {
      const elements = node.exportClause && ts.isNamedExports(node.exportClause) ? node.exportClause.elements : undefined
      if (node.moduleSpecifier) {
        const pairs = elements ? elements.map(pairOf) : [['*', node.exportClause?.name.text ?? '*']]
        addImport(node, node.moduleSpecifier.text, pairs, node.isTypeOnly)
        if (elements?.some((e) => e.name.text === 'default')) defaultExport = 'default'
      } else {
        for (const element of elements ?? []) {
          const local = (element.propertyName ?? element.name).text
          exported.add(local)
          if (element.name.text === 'default') defaultExport = local
        }
      }
    } else if (ts.isExportAssignment(node)) {
      if (ts.isClassExpression(node.expression)) addClass(node.expression, 'default', { exported: true, default: true })
      else defaultExport = ts.isIdentifier(node.expression) ? node.expression.text : '(expression)'
    } else if (ts.isClassDeclaration(node)) {
      const isDefault = has(node, ts.SyntaxKind.DefaultKeyword)
      addClass(node, node.name?.text ?? 'default', { exported: has(node, ts.SyntaxKind.ExportKeyword), default: isDefault })
    } else if (ts.isFunctionDeclaration(node) && has(node, ts.SyntaxKind.DefaultKeyword)) {
      defaultExport = '(expression)'
    } else if (ts.isVariableStatement(node)) {
      for (const { name, initializer } of node.declarationList.declarations) {
        if (initializer && ts.isClassExpression(initializer) && ts.isIdentifier(name)) {
          addClass(initializer, name.text, { exported: has(node, ts.SyntaxKind.ExportKeyword), default: false })
        }
      }
    }
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
    if (found.name === defaultExport) found.default = true
    found.exported = found.exported || found.default || exported.has(found.name)
  }
  const isImported = imports.some((i) => i.locals.includes(defaultExport))
  if (defaultExport && !isImported && !classes.some((c) => c.default)) defaultExport = '(expression)'
  return { imports, classes, default_export: defaultExport }
}
