/** The import table: who may import whom and which package, and what `shared/` must not touch. */
import { builtinModules } from 'node:module'
import { bannedInShared, type Part, packages, packagesOfTests, parts } from '../house-rules.ts'
import { type FileFacts, type Import, isTest } from './facts.ts'

/** The part that owns a path (from the project's root), or undefined: an error. */
export function partOf(file: string): Part | undefined {
  // The longest prefix: `renderer/vite.config.ts` is a configuration, although it lies in the page's folder.
  return parts.filter((part) => file.startsWith(part.root)).sort((a, b) => b.root.length - a.root.length)[0]
}

/** Complaints about imports and ambient names, as sentences that begin with the file's path. */
export function checkImports(files: readonly FileFacts[]): readonly string[] {
  return files.flatMap((file) => {
    const part = partOf(file.path)
    if (!part) return [`${file.path}: no rule matches this file; give it a home in scripts/house-rules.ts`]
    const complaints = file.imports.flatMap((one) => checkImport(file.path, part, one))
    return [...new Set([...complaints, ...checkAmbient(file, part)])]
  })
}

function checkImport(file: string, part: Part, { target, isOwn }: Import): readonly string[] {
  if (target === '(computed)') return [`${file}: imports a computed name, which no rule can check`]
  if (isOwn) return checkOwn(file, part, target)
  if (target.startsWith('node:') || builtinModules.includes(target))
    return part.node || isTest(file) ? [] : [`${file}: ${part.name} must not import ${target}`]
  return checkPackage(file, part, packageName(target))
}

function checkOwn(file: string, part: Part, target: string): readonly string[] {
  if (/\.(css|json)$/.test(target) && target.startsWith(part.root)) return []
  const other = partOf(target)
  if (!other && target === 'package.json') return []
  if (!other) return [`${file}: imports ${target}, which belongs to no part`]
  const allowed = other.name === part.name || part.imports.includes(other.name)
  if (!allowed) return [`${file}: ${part.name} must not import ${other.name} (${target})`]
  if (isTest(target) && !isTest(file)) return [`${file}: imports the test helper ${target}`]
  return []
}

function checkPackage(file: string, part: Part, name: string): readonly string[] {
  if (isTest(file) && packagesOfTests.includes(name)) return []
  const rule = Object.hasOwn(packages, name) ? packages[name] : undefined
  if (!rule) return [`${file}: package ${name} is not classified in scripts/house-rules.ts`]
  if (!rule.parts.includes(part.name)) return [`${file}: ${part.name} must not import ${name}`]
  if (rule.files && !isTest(file) && !rule.files.some((root) => file.startsWith(root)))
    return [`${file}: only ${rule.files.join(', ')} may import ${name}`]
  return []
}

/** The package of an import: `a/b` is of `a`, `@a/b/c` of `@a/b`. */
export function packageName(target: string): string {
  return target
    .split('/')
    .slice(0, target.startsWith('@') ? 2 : 1)
    .join('/')
}

/** Reads of ambient powers; a property, key or parameter of the same name is none. */
function checkAmbient(file: FileFacts, part: Part): readonly string[] {
  if (part.name !== 'shared' || file.isTest) return []
  const used = bannedInShared.filter((name) => file.touched.has(name))
  return used.map((name) => `${file.path}: shared must not use ${name}`)
}
