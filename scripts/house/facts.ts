/** What the house rules want to know about one source file, gathered in one walk over its syntax tree. */
import path from 'node:path'
import { type ESTree, parseSync, Visitor } from 'vite'
import { type Export, readExports } from './read-exports.ts'
import { type Comment, readLines } from './read-lines.ts'

/** One module that a file imports, by value or by type. */
export type Import = {
  /** Path from the project's root for a file of Kith; else as written; `(computed)` when it is no literal. */
  readonly target: string
  readonly isOwn: boolean
  /** Names as the other file exports them; `*` stands for all. */
  readonly names: readonly string[]
}

/** What all rules together want to know of one file. */
export type FileFacts = {
  readonly path: string
  readonly isTest: boolean
  readonly lines: number
  /** Lines that hold nothing but a comment. */
  readonly commentLines: number
  readonly comments: readonly Comment[]
  readonly hasHeadLine: boolean
  readonly imports: readonly Import[]
  readonly exports: readonly Export[]
  /** Lines of each function, blank ones and comments included. */
  readonly functionLines: readonly number[]
  /** Names that are called, constructed, or whose members are read, and `Math.random`. */
  readonly touched: ReadonlySet<string>
}

/** Whether a file is a test or helps tests: what ships does not hold it. */
export function isTest(file: string): boolean {
  return /\.(test|integration)\.tsx?$|(^|\/)testing(\/|\.ts)/.test(file)
}

/** Facts of one file. `file`: path from the project's root. Throws when the text cannot be parsed. */
export function readFacts(file: string, text: string): FileFacts {
  const { program, comments, errors } = parseSync(file, text, { lang: file.endsWith('x') ? 'tsx' : 'ts' })
  if (errors[0]) throw new Error(`${file}: ${errors[0].message}`)
  const lines = readLines(text, comments)
  const found = walk(file, program)
  const exports = readExports(program, (start) => lines.isDocumented(start), found.named)
  return {
    path: file,
    isTest: isTest(file),
    lines: lines.count,
    commentLines: lines.commentLines,
    comments: lines.comments,
    hasHeadLine: lines.hasHeadLine(exports.length),
    imports: found.imports,
    exports,
    functionLines: found.functions.map(({ start, end }) => lines.linesBetween(start, end)),
    touched: found.touched,
  }
}

type Found = {
  readonly imports: Import[]
  readonly functions: { readonly start: number; readonly end: number }[]
  readonly touched: Set<string>
  /** How often each name stands in the file as more than the name of a member. */
  readonly named: Map<string, number>
}

function walk(file: string, program: ESTree.Program): Found {
  const found: Found = { imports: [], functions: [], touched: new Set(), named: new Map() }
  // Names of members by their place: `a.b` is no use of an export called `b`.
  const members = new Set<number>()
  const imports = (target: string, names: readonly string[]) => found.imports.push(importOf(file, target, names))
  const touches = (node: ESTree.Node) => node.type === 'Identifier' && found.touched.add(node.name)
  const isFunction = ({ start, end }: ESTree.Node) => found.functions.push({ start, end })
  const hasKey = ({ key, computed }: { readonly key: ESTree.Node; readonly computed: boolean }) =>
    !computed && members.add(key.start)
  const isNamed = ({ name, start }: { readonly name: string; readonly start: number }) =>
    members.has(start) || found.named.set(name, (found.named.get(name) ?? 0) + 1)

  new Visitor({
    ImportDeclaration: (node) => imports(node.source.value, node.specifiers.map(importedName)),
    ExportNamedDeclaration: (node) =>
      node.source &&
      imports(
        node.source.value,
        node.specifiers.map(({ local }) => nameOf(local)),
      ),
    ExportAllDeclaration: (node) => imports(node.source.value, ['*']),
    ImportExpression: (node) => imports(literal(node.source), ['*']),
    TSImportType: (node) => imports(literal(node.source), ['*']),
    CallExpression: (node) => {
      touches(node.callee)
      if (node.callee.type === 'Identifier' && node.callee.name === 'require')
        imports(literal(node.arguments[0]), ['*'])
    },
    // A Date of a number or a text reads no clock, and neither does parsing one.
    NewExpression: (node) => (isName(node.callee, 'Date') && node.arguments.length > 0) || touches(node.callee),
    MemberExpression: (node) => {
      const isClockless = isName(node.object, 'Date') && isName(node.property, 'parse')
      if (!isClockless) touches(node.object)
      if (!node.computed) members.add(node.property.start)
      if (isName(node.object, 'Math') && isName(node.property, 'random')) found.touched.add('Math.random')
    },
    FunctionDeclaration: isFunction,
    FunctionExpression: isFunction,
    ArrowFunctionExpression: isFunction,
    Property: (node) => !node.shorthand && hasKey(node),
    PropertyDefinition: hasKey,
    MethodDefinition: hasKey,
    TSPropertySignature: hasKey,
    TSMethodSignature: hasKey,
    TSQualifiedName: (node) => members.add(node.right.start),
    JSXAttribute: (node) => members.add(node.name.start),
    Identifier: isNamed,
    JSXIdentifier: isNamed,
  }).visit(program)
  return found
}

function importOf(file: string, target: string, names: readonly string[]): Import {
  const isOwn = target.startsWith('.')
  return { target: isOwn ? path.posix.join(path.posix.dirname(file), target) : target, isOwn, names }
}

function importedName(specifier: ESTree.ImportDeclaration['specifiers'][number]): string {
  if (specifier.type === 'ImportSpecifier') return nameOf(specifier.imported)
  return specifier.type === 'ImportDefaultSpecifier' ? 'default' : '*'
}

function nameOf(node: ESTree.ModuleExportName): string {
  return node.type === 'Literal' ? node.value : node.name
}

function literal(node: ESTree.Node | undefined): string {
  return node?.type === 'Literal' && typeof node.value === 'string' ? node.value : '(computed)'
}

function isName(node: ESTree.Node, name: string): boolean {
  return node.type === 'Identifier' && node.name === name
}
