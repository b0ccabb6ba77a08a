// What is put into the app's code: ticks, checks in catch blocks, marks on functions and classes. See the parameters of a
// module in ../modules.js.
'use strict'

module.exports = function instrument(ts, context, marks, names) {
  const { factory } = context
  const concurrent = []
  const extending = []

  const call = (name, ...args) =>
    factory.createExpressionStatement(factory.createCallExpression(factory.createIdentifier(name), undefined, args))
  const named = (name, identifier) => call(name, identifier, factory.createStringLiteral(identifier.text))

  function directives(statements) {
    const end = statements.findIndex((s) => !ts.isExpressionStatement(s) || !ts.isStringLiteral(s.expression))
    return statements.slice(0, end < 0 ? statements.length : end)
  }

  function withTick(body) {
    const head = directives(body.statements)
    const statements = [...head, call('__tick'), ...body.statements.slice(head.length)]
    return factory.updateBlock(body, factory.createNodeArray(statements, true))
  }

  function loopBody(statement) {
    return ts.isBlock(statement) ? withTick(statement) : factory.createBlock([call('__tick'), statement], true)
  }

  // What ended the app's code may not be caught by it.
  function catchClause(node) {
    const { variableDeclaration: caught, block } = node
    if (caught && ts.isIdentifier(caught.name)) {
      const checked = factory.updateBlock(block, [call('__chk', factory.createIdentifier(caught.name.text)), ...block.statements])
      return factory.updateCatchClause(node, caught, checked)
    }
    const error = factory.createUniqueName('error')
    const first = [call('__chk', error)]
    if (caught) {
      const list = factory.createVariableDeclarationList(
        [factory.createVariableDeclaration(caught.name, undefined, undefined, error)],
        ts.NodeFlags.Let,
      )
      first.push(factory.createVariableStatement(undefined, list))
    }
    return factory.updateCatchClause(
      node,
      factory.createVariableDeclaration(error),
      factory.updateBlock(block, [...first, ...block.statements]),
    )
  }

  function bare(node) {
    const kept = ts.canHaveModifiers(node) ? marks.others(node.modifiers) : undefined
    if (!kept || kept.length === node.modifiers.length) return node
    if (ts.isClassDeclaration(node)) {
      return factory.updateClassDeclaration(node, kept, node.name, node.typeParameters, node.heritageClauses, node.members)
    }
    if (ts.isFunctionDeclaration(node)) {
      const { asteriskToken, name, typeParameters, parameters, type, body } = node
      return factory.updateFunctionDeclaration(node, kept, asteriskToken, name, typeParameters, parameters, type, body)
    }
    if (ts.isPropertyDeclaration(node)) {
      const mark = node.questionToken ?? node.exclamationToken
      return factory.updatePropertyDeclaration(node, kept, node.name, mark, node.type, node.initializer)
    }
    if (ts.isMethodDeclaration(node)) {
      const { asteriskToken, name, questionToken, typeParameters, parameters, type, body } = node
      return factory.updateMethodDeclaration(node, kept, asteriskToken, name, questionToken, typeParameters, parameters, type, body)
    }
    if (ts.isGetAccessorDeclaration(node)) {
      return factory.updateGetAccessorDeclaration(node, kept, node.name, node.parameters, node.type, node.body)
    }
    if (ts.isSetAccessorDeclaration(node)) {
      return factory.updateSetAccessorDeclaration(node, kept, node.name, node.parameters, node.body)
    }
    if (ts.isParameter(node)) {
      const { dotDotDotToken, name, questionToken, type, initializer } = node
      return factory.updateParameterDeclaration(node, kept, dotDotDotToken, name, questionToken, type, initializer)
    }
    return node
  }

  // A constructor with a base class has to call it first, and is left alone.
  function ticks(node) {
    if (!node.body || !ts.isBlock(node.body)) return false
    const cls = node.parent
    return !(ts.isConstructorDeclaration(node) && cls.heritageClauses?.some((h) => h.token === ts.SyntaxKind.ExtendsKeyword))
  }

  // Used as `@X` or as `@X({...})`, it gives nothing to put in the place of a class.
  function annotation(node) {
    const modifiers = node.modifiers?.filter((m) => !ts.isDecorator(m))
    return factory.createFunctionDeclaration(modifiers, undefined, node.name, undefined, [], undefined, factory.createBlock([]))
  }

  function visit(original) {
    if (ts.isClassDeclaration(original) && marks.isAnnotation(original)) return annotation(original)
    const other = names.renamed(original, visit)
    if (other) return other
    const inner = ts.visitEachChild(original, visit, context)
    const node = bare(inner)
    if (ts.isFunctionLike(node) && ticks(original)) return withBody(node, withTick(node.body))
    if (ts.isForStatement(node)) {
      return factory.updateForStatement(node, node.initializer, node.condition, node.incrementor, loopBody(node.statement))
    }
    if (ts.isForInStatement(node)) {
      return factory.updateForInStatement(node, node.initializer, node.expression, loopBody(node.statement))
    }
    if (ts.isForOfStatement(node)) {
      return factory.updateForOfStatement(node, node.awaitModifier, node.initializer, node.expression, loopBody(node.statement))
    }
    if (ts.isWhileStatement(node)) return factory.updateWhileStatement(node, node.expression, loopBody(node.statement))
    if (ts.isDoStatement(node)) return factory.updateDoStatement(node, loopBody(node.statement), node.expression)
    if (ts.isCatchClause(node)) return catchClause(node)
    if (ts.isClassDeclaration(node) && node.name && marks.isSendable(original) && !marks.isDeclared(original)) {
      return [node, call('__sendable', factory.createIdentifier(node.name.text))]
    }
    return node
  }

  function withBody(node, body) {
    const { modifiers, asteriskToken, name, questionToken, typeParameters, parameters, type } = node
    if (ts.isFunctionDeclaration(node)) {
      return factory.updateFunctionDeclaration(node, modifiers, asteriskToken, name, typeParameters, parameters, type, body)
    }
    if (ts.isFunctionExpression(node)) {
      return factory.updateFunctionExpression(node, modifiers, asteriskToken, name, typeParameters, parameters, type, body)
    }
    if (ts.isArrowFunction(node)) {
      return factory.updateArrowFunction(node, modifiers, typeParameters, parameters, type, node.equalsGreaterThanToken, body)
    }
    if (ts.isMethodDeclaration(node)) {
      return factory.updateMethodDeclaration(
        node, modifiers, asteriskToken, name, questionToken, typeParameters, parameters, type, body,
      )
    }
    if (ts.isConstructorDeclaration(node)) return factory.updateConstructorDeclaration(node, modifiers, parameters, body)
    if (ts.isGetAccessorDeclaration(node)) {
      return factory.updateGetAccessorDeclaration(node, modifiers, name, parameters, type, body)
    }
    return factory.updateSetAccessorDeclaration(node, modifiers, name, parameters, body)
  }

  function note(statement) {
    const exports = statement.modifiers?.some((m) => m.kind === ts.SyntaxKind.ExportKeyword)
    if (ts.isFunctionDeclaration(statement) && statement.name && statement.body && marks.isConcurrent(statement)) {
      concurrent.push(statement.name.text)
    } else if (ts.isClassDeclaration(statement) && statement.name && !exports && !marks.isDeclared(statement)) {
      if (statement.heritageClauses?.some((h) => h.token === ts.SyntaxKind.ExtendsKeyword)) extending.push(statement.name.text)
    }
  }

  // Imports hoist, wherever they stand. So do functions: they are marked before anything of the module runs.
  function module(sourceFile) {
    sourceFile.statements.forEach(note)
    const visited = ts.visitEachChild(sourceFile, visit, context)
    const head = directives(visited.statements)
    const others = visited.statements.slice(head.length)
    const isImport = (s) => ts.isImportDeclaration(s) || (ts.isExportDeclaration(s) && Boolean(s.moduleSpecifier))
    const functions = concurrent.map((name) => named('__concurrent', factory.createIdentifier(name)))
    const classes = extending.map((name) => named('__ext', factory.createIdentifier(name)))
    const statements = [...head, ...others.filter(isImport), ...functions, ...others.filter((s) => !isImport(s)), ...classes]
    return factory.updateSourceFile(visited, factory.createNodeArray(statements))
  }

  return { module, concurrent }
}
