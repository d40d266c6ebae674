/** Reads what a file exports from its syntax tree, for its facts. */
import type { ESTree } from 'vite'

/** One name that a file gives to others. */
export type Export = {
  readonly name: string
  readonly kind: 'function' | 'type' | 'value'
  /** Whether another file declares it and this one only hands it on. */
  readonly isPassedOn: boolean
  /** Whether a doc comment stands directly above. */
  readonly isDocumented: boolean
  readonly isUsedHere: boolean
}

type Declared = { readonly name: string; readonly kind: Export['kind']; readonly start: number }

/**
 * One row for each exported name: a value and a type of one name, or several signatures of a function, are one.
 * `named` counts how often each name stands in the file, its declarations included.
 */
export function readExports(
  program: ESTree.Program,
  isDocumented: (start: number) => boolean,
  named: ReadonlyMap<string, number>,
): readonly Export[] {
  const own = Map.groupBy(program.body.flatMap(declaredBy), ({ name }) => name)
  return [
    ...program.body.flatMap(passedOn),
    ...[...own].map(([name, declared]) => ({
      name,
      kind: declared[0]?.kind ?? 'value',
      isPassedOn: false,
      isDocumented: declared.some(({ start }) => isDocumented(start)),
      isUsedHere: (named.get(name) ?? 0) > declared.length,
    })),
  ]
}

function passedOn(node: ESTree.Program['body'][number]): readonly Export[] {
  if (node.type !== 'ExportNamedDeclaration') return []
  return node.specifiers.map(({ exported }) => ({
    name: exported.type === 'Literal' ? exported.value : exported.name,
    kind: 'value',
    isPassedOn: true,
    isDocumented: false,
    isUsedHere: false,
  }))
}

function declaredBy(node: ESTree.Program['body'][number]): readonly Declared[] {
  const { start } = node
  if (node.type === 'ExportDefaultDeclaration') return [{ name: 'default', kind: 'value', start }]
  if (node.type !== 'ExportNamedDeclaration' || !node.declaration) return []
  const { declaration } = node
  if (declaration.type === 'VariableDeclaration')
    return declaration.declarations.flatMap(({ id, init }) =>
      id.type === 'Identifier' ? [{ name: id.name, kind: isFunction(init) ? 'function' : 'value', start }] : [],
    )
  if (!('id' in declaration) || declaration.id?.type !== 'Identifier') return []
  return [{ name: declaration.id.name, kind: kindOf(declaration), start }]
}

function kindOf({ type }: ESTree.Declaration): Export['kind'] {
  if (type === 'TSTypeAliasDeclaration' || type === 'TSInterfaceDeclaration') return 'type'
  return type === 'FunctionDeclaration' || type === 'TSDeclareFunction' ? 'function' : 'value'
}

function isFunction(node: ESTree.Expression | null): boolean {
  return node?.type === 'ArrowFunctionExpression' || node?.type === 'FunctionExpression'
}
