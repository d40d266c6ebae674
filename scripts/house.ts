/** Checks one source file against the house rules: imports, ambient names, size. Pure: text in, complaints out. */
import { builtinModules } from 'node:module'
import path from 'node:path'
import { parseAst } from 'vite'
import { bannedInShared, maxFileLines, type Part, packages, parts, testPackages } from './house-rules.ts'

/** The part that owns a path (from the project's root), or undefined: an error. */
export function partOf(file: string): Part | undefined {
  return parts.filter((part) => file.startsWith(part.root)).sort((a, b) => b.root.length - a.root.length)[0]
}

export function isTest(file: string): boolean {
  return /\.(test|integration)\.tsx?$|(^|\/)testing(\/|\.ts)/.test(file)
}

/** Every complaint about one file, as sentences that begin with its path. */
export function checkFile(file: string, text: string): string[] {
  const part = partOf(file)
  if (!part) return [`${file}: no rule matches this file; give it a home in scripts/house-rules.ts`]
  const complaints: string[] = []
  const lines = text.split('\n').length - 1
  if (lines > maxFileLines) complaints.push(`${file}: ${lines} lines, more than ${maxFileLines}`)
  for (const node of nodesOf(file, text)) {
    const target = importTarget(node)
    if (target !== undefined) complaints.push(...checkImport(file, part, target))
    else if (part.name === 'shared' && !isTest(file)) complaints.push(...checkAmbient(file, node))
  }
  return [...new Set(complaints)]
}

type Node = { readonly type: string } & Record<string, unknown>

/** The module that a node imports: static, re-export, dynamic, or require; `(computed)` when it is no literal. */
function importTarget(node: Node): string | undefined {
  const statics = ['ImportDeclaration', 'ExportNamedDeclaration', 'ExportAllDeclaration', 'ImportExpression']
  if (statics.includes(node.type)) return node.source ? literal(node.source) : undefined
  const callee = node.callee as Node | undefined
  if (node.type !== 'CallExpression' || callee?.type !== 'Identifier' || callee.name !== 'require') return undefined
  return literal((node.arguments as unknown[])[0])
}

function literal(node: unknown): string {
  const value = (node as Node | undefined)?.value
  return typeof value === 'string' ? value : '(computed)'
}

function checkImport(file: string, part: Part, target: string): string[] {
  if (target === '(computed)') return [`${file}: imports a computed name, which no rule can check`]
  if (target.startsWith('.')) return checkOwn(file, part, path.posix.join(path.posix.dirname(file), target))
  if (target.startsWith('node:') || builtinModules.includes(target))
    return part.node || isTest(file) ? [] : [`${file}: ${part.name} must not import ${target}`]
  return checkPackage(file, part, packageName(target))
}

function checkOwn(file: string, part: Part, target: string): string[] {
  if (/\.(css|json)$/.test(target) && target.startsWith(part.root)) return []
  const other = partOf(target)
  if (!other && target === 'package.json') return []
  if (!other) return [`${file}: imports ${target}, which belongs to no part`]
  const allowed = other.name === part.name || part.imports.includes(other.name)
  if (!allowed) return [`${file}: ${part.name} must not import ${other.name} (${target})`]
  if (isTest(target) && !isTest(file)) return [`${file}: imports the test helper ${target}`]
  return []
}

function checkPackage(file: string, part: Part, name: string): string[] {
  if (isTest(file) && testPackages.includes(name)) return []
  const rule = Object.hasOwn(packages, name) ? packages[name] : undefined
  if (!rule) return [`${file}: package ${name} is not classified in scripts/house-rules.ts`]
  if (!rule.parts.includes(part.name)) return [`${file}: ${part.name} must not import ${name}`]
  if (rule.files && !isTest(file) && !rule.files.some((root) => file.startsWith(root)))
    return [`${file}: only ${rule.files.join(', ')} may import ${name}`]
  return []
}

function packageName(target: string): string {
  return target
    .split('/')
    .slice(0, target.startsWith('@') ? 2 : 1)
    .join('/')
}

/** Reads of ambient powers; a property, key or parameter of the same name is none. */
function checkAmbient(file: string, node: Node): string[] {
  if (node.type === 'MemberExpression' && isName(node.object, 'Math') && isName(node.property, 'random'))
    return [`${file}: shared must not use Math.random`]
  const used = ambientUse(node)
  return used ? [`${file}: shared must not use ${used}`] : []
}

function ambientUse(node: Node): string | undefined {
  const candidates = [
    node.type === 'MemberExpression' ? node.object : undefined,
    node.type === 'CallExpression' || node.type === 'NewExpression' ? node.callee : undefined,
  ]
  return bannedInShared.find((name) => candidates.some((candidate) => isName(candidate, name)))
}

function isName(node: unknown, name: string): boolean {
  return (node as Node | undefined)?.type === 'Identifier' && (node as Node).name === name
}

function* nodesOf(file: string, text: string): Generator<Node> {
  const pending: unknown[] = [parseAst(text, { lang: file.endsWith('x') ? 'tsx' : 'ts' })]
  while (pending.length > 0) {
    const value = pending.pop()
    if (Array.isArray(value)) pending.push(...value)
    else if (typeof value === 'object' && value !== null) {
      if (typeof (value as Node).type === 'string') yield value as Node
      pending.push(...Object.values(value))
    }
  }
}
