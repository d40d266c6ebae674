/** The change that is being tried and carried out. */
import { createStore } from 'zustand/vanilla'
import type { Outcome } from '../../../shared/administration.ts'
import type { Change } from '../../../shared/administration/change.ts'
import type { KeyStep } from '../../../shared/key-steps.ts'
import type { Failure, Result } from '../../../shared/rpc.ts'
import { latest } from '../latest.ts'
import type { Asking } from './asking.ts'

/** What is to be done: changes, a line of the log to be undone, a proposal to be decided, or a step of the keys. */
type Wish = {
  /** In words, as the dialog's title. */
  readonly title: string
  /** What it leads to, where that cannot be taken back. */
  readonly warning?: string
} & (
  | { readonly changes: readonly Change[] }
  | { readonly undo: number }
  | { readonly proposal: string; readonly approve: boolean }
  | { readonly keyStep: KeyStep }
)

type ChangingState = {
  readonly wish?: Wish
  /** `trying`: what would happen is being asked for. `ready`: it is shown. `over`: the outcome is shown. */
  readonly step: 'trying' | 'ready' | 'doing' | 'over'
  readonly tried?: Outcome
  readonly outcome?: Outcome
  readonly failure?: Failure
}

const closed: ChangingState = { step: 'ready' }

/** Every change is tried first, shown, and done only then. `moved`: something may be different now. */
export function createChanging(ask: Asking, moved: () => void) {
  const store = createStore<ChangingState>(() => closed)
  const wishes = latest()
  const run = (wish: Wish, why: string, dry: boolean): Promise<Result<Outcome>> => {
    if ('undo' in wish) return ask('admin.undo', { n: wish.undo, why, dry })
    if ('proposal' in wish) return ask('admin.decide', { id: wish.proposal, approve: wish.approve })
    if ('keyStep' in wish) return ask('admin.keyStep', { step: wish.keyStep, why })
    return ask('admin.change', { changes: wish.changes.map((change) => ({ ...change })), why, dry })
  }
  return {
    store,
    begin: async (wish: Wish) => {
      const isWanted = wishes.next()
      // A proposal was tried when it was made; keys are not tried.
      const isReady = 'proposal' in wish || 'keyStep' in wish
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
      // Even if the dialog was closed meanwhile: the change was carried out, and the lists behind it are old.
      moved()
      if (!isWanted()) return
      store.setState(result.ok ? { step: 'over', outcome: result.value } : { step: 'over', failure: result.failure })
    },
    close: () => {
      wishes.next()
      store.setState(closed, true)
    },
  }
}
