/** The commands that do at the server what the page cannot: the root key is elsewhere. */
import type { KeyStep } from '../../../../shared/key-steps.ts'

/** What a command needs beside its step. */
export type Commanding = {
  /** Root keys whose files have to be brought. */
  readonly missing: number
  /** Whether the policy asks for a reason. */
  readonly reason: boolean
}

/** The command that does this step at the server. */
export function stepCommand(step: KeyStep, commanding: Commanding): string {
  return `kith-server ${wordsOf(step)}${rootFiles(commanding)}`
}

/** The command that hands a key out of the server. */
export function exportCommand(key: 'root' | 'policy', { reason }: Commanding): string {
  return `kith-server key ${key} export --to FILE${reason ? ' --why TEXT' : ''}`
}

/** `keys` new root keys, of which `threshold` must sign. */
export function rootCommand(keys: number, threshold: number, commanding: Commanding): string {
  const to = Array.from({ length: keys }, (_, index) => ` --to NEW${keys === 1 ? '' : index + 1}`).join('')
  return `kith-server key root rotate${to} --threshold ${threshold}${rootFiles(commanding)}`
}

function wordsOf(step: KeyStep): string {
  if (step.step === 'renew') return 'manifest renew'
  return `key ${step.step} ${step.key}${step.step === 'rotate' && step.stolen ? ' --stolen' : ''}`
}

function rootFiles({ missing, reason }: Commanding): string {
  const files = Array.from({ length: missing }, (_, index) => ` --root-key FILE${missing === 1 ? '' : index + 1}`)
  return `${files.join('')}${reason ? ' --why TEXT' : ''}`
}
