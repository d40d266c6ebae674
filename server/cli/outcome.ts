/** What a command comes to, and how it is told: text for people, one JSON object for programs, an exit code for both. */

import { terminalJson, terminalText } from '../../shared/text/terminal.ts'
import { type Answer, reasonOf } from '../admin-soap/faults.ts'

/** 2 is wrong usage, as everywhere. `refused`: the request does not fit what is there. `unavailable`: folder, key, port. */
export const exitCodes = { ok: 0, bug: 1, usage: 2, refused: 3, unavailable: 4 } as const

/** One fault of several, and where it is: the `line` of a file, the `place` in a document, the `index` of a change. */
export type OutcomeFault = {
  readonly line?: number
  readonly place?: string
  readonly index?: number
  readonly why: string
}

/**
 * `text` for people, `value` for programs: both say the same. `code` becomes the exit code, by which scripts go on or
 * stop.
 */
export type Outcome =
  | { readonly ok: true; readonly value: Readonly<Record<string, unknown>>; readonly text: string }
  | {
      readonly ok: false
      readonly code: 'refused' | 'unavailable' | 'usage'
      readonly why: string
      /** Single faults, such as bad lines of a file. */
      readonly faults?: readonly OutcomeFault[]
    }

/** An outcome to be told as `text` to people, as `value` to programs. */
export function succeeded(text: string, value: Readonly<Record<string, unknown>>): Outcome {
  return { ok: true, text, value }
}

/** What was typed makes no sense, whatever is there. */
export function misused(why: string): Outcome {
  return { ok: false, code: 'usage', why }
}

/** What was asked for cannot be done as things are. */
export function refused(why: string): Outcome {
  return { ok: false, code: 'refused', why }
}

/** Faults that are told; the first ones are enough to see what is wrong. */
const maxFaults = 20

/** Nothing is taken unless everything can be. */
export function faulty(faults: readonly OutcomeFault[]): Outcome {
  const why = `${faults.length} ${faults.length === 1 ? 'fault' : 'faults'}; nothing was changed`
  return { ok: false, code: 'refused', why, faults: faults.slice(0, maxFaults) }
}

/** The store or the server cannot be reached or used now. */
export function unavailable(why: string): Outcome {
  return { ok: false, code: 'unavailable', why }
}

/** What a call came to, as every command tells it. */
export function told<T>(answer: Answer<T>, tellValue: (value: T) => Outcome): Outcome {
  if (answer.ok) return tellValue(answer.value)
  const { fault } = answer
  const why = reasonOf(fault)
  if (fault.kind === 'ChangeRefused' && fault.detail.faults.length > 1)
    return faulty(
      fault.detail.faults.map(({ index, place, why: one }) => ({
        index,
        ...(place === undefined ? {} : { place }),
        why: one,
      })),
    )
  return fault.kind === 'Busy' || fault.kind === 'RateLimited' || fault.kind === 'Internal'
    ? unavailable(why)
    : refused(why)
}

/** Writes the outcome, and sets the exit code. */
export function tell(outcome: Outcome, json: boolean): void {
  if (json) process.stdout.write(`${terminalJson(asJson(outcome))}\n`)
  else if (outcome.ok) process.stdout.write(outcome.text === '' ? '' : `${terminalText(outcome.text)}\n`)
  else process.stderr.write(`${terminalText(asLines(outcome).join('\n'))}\n`)
  // Set, not called: what is written to a pipe may still be on its way.
  process.exitCode = outcome.ok ? exitCodes.ok : exitCodes[outcome.code]
}

function asJson(outcome: Outcome): Readonly<Record<string, unknown>> {
  if (outcome.ok) return { ok: true, ...outcome.value }
  const { code, why, faults } = outcome
  return { ok: false, code, error: why, ...(faults ? { faults } : {}) }
}

function asLines(outcome: Extract<Outcome, { readonly ok: false }>): readonly string[] {
  return [`error: ${outcome.why}`, ...(outcome.faults ?? []).map((fault) => `  ${placeOf(fault)}${fault.why}`)]
}

function placeOf({ line, place }: OutcomeFault): string {
  if (line !== undefined) return `line ${line}: `
  return place === undefined ? '' : `${place}: `
}

export { table } from '../../shared/text/table.ts'
