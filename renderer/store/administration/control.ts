/** The audit log and what waits for a decision. */
import { createStore } from 'zustand/vanilla'
import type { AdminRequest, AuditLine, Proposal } from '../../../shared/administration.ts'
import type { ReleaseRequest } from '../../../shared/quarantine.ts'
import type { Failure } from '../../../shared/rpc.ts'
import { debounce } from '../../clock.ts'
import { latest } from '../latest.ts'
import type { Ports } from '../ports.ts'
import type { Asking } from './asking.ts'

type ControlState = {
  readonly search: string
  readonly lines: readonly AuditLine[]
  /** Whether older lines are there. */
  readonly more: boolean
  readonly loading: boolean
  readonly proposals?: readonly Proposal[]
  /** Contact requests, those that are open first. */
  readonly requests?: readonly AdminRequest[]
  /** Messages in quarantine that their users ask for. */
  readonly releases?: readonly ReleaseRequest[]
  /** Of the whole log: how many lines there are, and the first that does not hold. */
  readonly verified?: { readonly lines: number; readonly broken?: number }
  readonly failure?: Failure
}

const searchWait = 100
const page = 100
const beginning: ControlState = { search: '', lines: [], more: false, loading: false }

/** Makes the state of the audit log and of what waits for a decision. */
export function createControl({ clock }: Ports, ask: Asking) {
  const store = createStore<ControlState>(() => beginning)
  const questions = latest()
  /** The newest lines, or those before the oldest that is here. */
  const load = async (before?: number) => {
    const isWanted = questions.next()
    store.setState({ loading: true })
    const { search } = store.getState()
    const older = before === undefined ? {} : { before }
    const result = await ask('admin.audit', { search: search.trim(), count: page, ...older })
    if (!isWanted()) return
    if (!result.ok) {
      store.setState({ loading: false, failure: result.failure })
      return
    }
    const { failure: _over, ...rest } = store.getState()
    const lines = before === undefined ? result.value.lines : [...rest.lines, ...result.value.lines]
    store.setState({ ...rest, lines, more: result.value.more, loading: false }, true)
  }
  const askLines = debounce(clock, searchWait, () => void load())
  const loadProposals = async () => {
    const [proposals, requests, releases] = await Promise.all([
      ask('admin.proposals', { newest: page }),
      ask('admin.requests', { newest: true, count: page }),
      ask('admin.releases', { count: page }),
    ])
    store.setState(proposals.ok ? { proposals: proposals.value.proposals } : { failure: proposals.failure })
    if (releases.ok) store.setState({ releases: releases.value.releases })
    if (requests.ok) store.setState({ requests: requests.value.requests })
  }
  return {
    store,
    load: () => void load(),
    /** The last line on screen: older ones are asked for in time. */
    need: (last: number) => {
      const { lines, more, loading } = store.getState()
      const oldest = lines.at(-1)
      // By the oldest line's number, not by a place: new lines at the top move every place.
      if (more && !loading && oldest && last >= lines.length - 1) void load(oldest.n)
    },
    search: (search: string) => {
      store.setState({ search })
      askLines()
    },
    verify: async () => {
      const result = await ask('admin.verify', {})
      store.setState(result.ok ? { verified: result.value } : { failure: result.failure })
    },
    loadProposals,
    reload: () => {
      void load()
      void loadProposals()
    },
    clear: () => {
      questions.next()
      store.setState(beginning, true)
    },
  }
}
