/** The change that is being tried and carried out. */
import { createStore } from 'zustand/vanilla'
import type { Access } from '../../../shared/access.ts'
import type { AuditLine, Outcome } from '../../../shared/administration.ts'
import type { Change } from '../../../shared/administration/change.ts'
import type { KeyStep } from '../../../shared/key-steps.ts'
import type { Failure, Result } from '../../../shared/rpc.ts'
import { latest } from '../latest.ts'
import type { Gift } from './access.ts'
import type { Asking } from './asking.ts'

/** What is to be done: changes, a line of the log to be undone, a proposal to be decided, or a step of the keys. */
export type Wish = {
  /** In words, as the dialog's title. */
  readonly title: string
  /** What it leads to, where that cannot be taken back. */
  readonly warning?: string
  /** The form that began it shows it, and goes on with what was typed where it is refused. */
  readonly inForm?: boolean
} &
  /** `give`: what the user who is added is to be given right after. */
  (
    | { readonly changes: readonly Change[]; readonly give?: readonly Gift[] }
    | { readonly undo: number; readonly line: AuditLine }
    | { readonly proposal: string; readonly approve: boolean; readonly count: number }
    /** `deed`: what its button says. */
    | { readonly keyStep: KeyStep; readonly deed: string }
  )

type ChangingState = {
  readonly wish?: Wish
  /** `trying`: what would happen is being asked for. `ready`: it is shown. `over`: the outcome is shown. */
  readonly step: 'trying' | 'ready' | 'doing' | 'over'
  readonly tried?: Outcome
  readonly outcome?: Outcome
  readonly failure?: Failure
  /** Holds secrets: here only while they are on screen. */
  readonly given?: Access
  readonly givingFailure?: Failure
}

const closed: ChangingState = { step: 'ready' }

/** Every change is tried first, shown, and done only then. `moved`: something may be different now. */
export function createChanging(ask: Asking, moved: () => void) {
  const store = createStore<ChangingState>(() => closed)
  const wishes = latest()
  const run = (wish: Wish, why: string, dry: boolean): Promise<Result<Outcome>> => {
    if ('undo' in wish) return ask('admin.undo', { n: wish.undo, why, dry })
    if ('proposal' in wish)
      return ask('admin.decide', { id: wish.proposal, approve: wish.approve, ...(dry && { dry }) })
    if ('keyStep' in wish) return ask('admin.keyStep', { step: wish.keyStep, why })
    return ask('admin.change', { changes: wish.changes.map((change) => ({ ...change })), why, dry })
  }
  /** For the user whom the changes have added. */
  const giveTo = async (wish: Wish, why: string) => {
    const [added] = 'changes' in wish ? wish.changes : []
    const give = 'give' in wish ? (wish.give ?? []) : []
    if (added?.op !== 'user.add' || give.length === 0) return {}
    const result = await ask('admin.access', { user: added.user, give: [...give], why })
    return result.ok ? { given: result.value } : { givingFailure: result.failure }
  }
  return {
    store,
    begin: async (wish: Wish) => {
      const isWanted = wishes.next()
      // Keys are not tried, and a proposal that is refused does nothing.
      const isReady = 'keyStep' in wish || ('proposal' in wish && !wish.approve)
      store.setState({ wish, step: isReady ? 'ready' : 'trying' }, true)
      if (isReady) return
      const result = await run(wish, '', true)
      if (!isWanted()) return
      store.setState(result.ok ? { step: 'ready', tried: result.value } : { step: 'over', failure: result.failure })
    },
    carryOut: async (why: string) => {
      const { wish } = store.getState()
      if (!wish) return
      const isWanted = wishes.same()
      store.setState({ step: 'doing' })
      const result = await run(wish, why, false)
      const given = result.ok && result.value.state === 'done' ? await giveTo(wish, why) : {}
      // Even if the dialog was closed meanwhile: the change was carried out, and the lists behind it are old.
      moved()
      if (!isWanted()) return
      store.setState(
        result.ok ? { step: 'over', outcome: result.value, ...given } : { step: 'over', failure: result.failure },
      )
    },
    close: () => {
      wishes.next()
      store.setState(closed, true)
    },
  }
}
