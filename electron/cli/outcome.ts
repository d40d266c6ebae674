/** How a command ends: text for people, one JSON object for programs, an exit code for both. */
import { type Failure, fail } from '../../shared/rpc.ts'
import { terminalJson, terminalText } from '../../shared/text/terminal.ts'
import { wordsOf } from './words.ts'

/** 1: refused or failed, and said why. 2: wrong usage. */
export const exitCodes = { ok: 0, failed: 1, usage: 2 } as const

/** How a command ended: well, by a failure of the contract, or because it was used wrongly. */
export type Outcome =
  | { readonly ok: true; readonly text: string; readonly value: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly failure: Failure; readonly text?: string }
  | { readonly ok: false; readonly usage: string }

/** A command that ended well: `text` for people, `value` for programs. */
export function done(text: string, value: Readonly<Record<string, unknown>>): Outcome {
  return { ok: true, text, value }
}

/** A command that failed; `text` replaces the words of the failure's kind. */
export function failed(failure: Failure, text?: string): Outcome {
  return text === undefined ? { ok: false, failure } : { ok: false, failure, text }
}

/** Where a command writes: `out` is for what was asked for, `error` for everything else. */
export type Streams = { readonly out: (text: string) => void; readonly error: (text: string) => void }

/** Prints an outcome; the exit code. */
export function tell(outcome: Outcome, json: boolean, { out, error }: Streams): number {
  if (json) out(`${terminalJson(asJson(outcome))}\n`)
  else if (outcome.ok) out(outcome.text === '' ? '' : `${terminalText(outcome.text)}\n`)
  else error(`kith: ${terminalText('usage' in outcome ? outcome.usage : (outcome.text ?? wordsOf(outcome.failure)))}\n`)
  if (outcome.ok) return exitCodes.ok
  return 'usage' in outcome ? exitCodes.usage : exitCodes.failed
}

function asJson(outcome: Outcome): Readonly<Record<string, unknown>> {
  if (outcome.ok) return { ok: true, ...outcome.value }
  if ('usage' in outcome) return { ok: false, kind: 'usage', error: outcome.usage }
  const { kind, detail } = outcome.failure
  return { ok: false, kind, error: outcome.text ?? wordsOf(outcome.failure), ...(detail ? { detail } : {}) }
}

/** The failure of what cannot happen: a bug, told instead of thrown. */
export const internalFailure = fail('internal').failure
