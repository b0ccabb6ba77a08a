// What a module exports, values and types alike. `open`: there may be more, since it assigns what it exports while it runs.
'use strict'

module.exports = function exportsOf(ts, sourceFile) {
  const names = new Set()
  const has = (node, kind) => Boolean(node.modifiers?.some((m) => m.kind === kind))

  function bound(name) {
    if (ts.isIdentifier(name)) return [name.text]
    return name.elements.flatMap((element) => (ts.isOmittedExpression(element) ? [] : bound(element.name)))
  }

  function declared(node) {
    if (has(node, ts.SyntaxKind.DefaultKeyword)) return ['default']
    if (ts.isVariableStatement(node)) return node.declarationList.declarations.flatMap((d) => bound(d.name))
    return node.name ? [node.name.text] : []
  }

  function listed({ exportClause: clause }) {
    if (!clause) return []
    return ts.isNamespaceExport(clause) ? [clause.name.text] : clause.elements.map((element) => element.name.text)
  }

  function exportedBy(node) {
    if (ts.isExportDeclaration(node)) return listed(node)
    if (ts.isExportAssignment(node)) return ['default']
    return has(node, ts.SyntaxKind.ExportKeyword) ? declared(node) : []
  }

  for (const node of sourceFile.statements) exportedBy(node).forEach((name) => names.add(name))
  const assigns = sourceFile.identifiers.has('exports') || sourceFile.statements.some((s) => s.isExportEquals)
  return { exports: [...names], open: assigns || !ts.isExternalModule(sourceFile) }
}
