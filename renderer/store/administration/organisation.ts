/** The organisation: overview, groups, rules, and the reasons for a listing. */
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { AdminGroup, Why } from '../../../shared/administration.ts'
import type { AdminImport } from '../../../shared/administration/import-form.ts'
import type { AdminMember, AdminOverview, AdminRule } from '../../../shared/administration/readings.ts'
import type { Failure } from '../../../shared/rpc.ts'
import { debounce } from '../../clock.ts'
import { createListWindow } from '../lists/windowed.ts'
import type { Ports } from '../ports.ts'
import type { Asking } from './asking.ts'

type OrganisationState = {
  readonly overview?: AdminOverview
  /** Sources whose last reading left something out. */
  readonly imports: readonly AdminImport[]
  readonly search: string
  readonly group?: AdminGroup
  readonly why?: Why
  /** Whom the question is about, where somebody's row began it. */
  readonly question?: Question
  readonly failure?: Failure
}

/** Whose list, and which address where one is meant. */
export type Question = { readonly user: string; readonly address?: string }

const searchWait = 100
const beginning: OrganisationState = { search: '', imports: [] }

function createLists(store: StoreApi<OrganisationState>, ask: Asking) {
  const groups = createListWindow<AdminGroup>(async (from, count) => {
    const result = await ask('admin.groups', { search: store.getState().search.trim(), from, count })
    if (!result.ok) return result
    return { ok: true, value: { total: result.value.total, rows: result.value.groups } }
  })
  const members = createListWindow<AdminMember>(async (from, count) => {
    const { group } = store.getState()
    if (!group) return { ok: true, value: { total: 0, rows: [] } }
    const result = await ask('admin.members', { group: group.group, from, count })
    if (!result.ok) return result
    return { ok: true, value: { total: result.value.total, rows: result.value.members } }
  })
  const rules = createListWindow<AdminRule>(async (from, count) => {
    const result = await ask('admin.rules', { from, count })
    if (!result.ok) return result
    return { ok: true, value: { total: result.value.total, rows: result.value.rules } }
  })
  return { groups, members, rules }
}

type Readings = {
  readonly store: StoreApi<OrganisationState>
  readonly ask: Asking
  readonly forget: (part: Part) => void
}
type Part = 'group' | 'why' | 'failure' | 'question'

function readingsOf({ store, ask, forget }: Readings) {
  return {
    loadOverview: async () => {
      const result = await ask('admin.overview', {})
      forget('failure')
      store.setState(result.ok ? { overview: result.value } : { failure: result.failure })
    },
    // Of a server that is older there is nothing to tell: the rest of the overview stands without it.
    loadImports: async () => {
      const result = await ask('admin.imports', {})
      const all = result.ok ? result.value.imports : []
      store.setState({ imports: all.filter(({ state, left }) => state === 'refused' || left > 0) })
    },
    explain: async (user: string, address: string) => {
      forget('why')
      forget('failure')
      const result = await ask('admin.why', { user, address })
      store.setState(result.ok ? { why: result.value } : { failure: result.failure })
    },
  }
}

/** Makes the state of overview, groups, members, rules and reasons. */
export function createOrganisation({ clock }: Ports, ask: Asking) {
  const store = createStore<OrganisationState>(() => beginning)
  const { groups, members, rules } = createLists(store, ask)
  const askGroups = debounce(clock, searchWait, () => void groups.reload())
  const forget = (part: Part) => {
    const { [part]: _gone, ...rest } = store.getState()
    store.setState(rest, true)
  }
  const { loadOverview, loadImports, explain } = readingsOf({ store, ask, forget })
  return {
    store,
    groups,
    members,
    rules,
    loadOverview,
    search: (search: string) => {
      store.setState({ search })
      askGroups()
    },
    openGroup: (group: AdminGroup) => {
      store.setState({ group })
      // The old group's members must not show under the new group's name until the answer comes.
      members.empty()
      void members.reload()
    },
    closeGroup: () => {
      forget('group')
      void groups.reload()
    },
    /** What stands in the form when it comes on screen. */
    ask: (question: Question | undefined) => {
      for (const part of ['why', 'failure', 'question'] as const) forget(part)
      if (question) store.setState({ question })
    },
    explain,
    reload: () => {
      void loadOverview()
      void loadImports()
      void groups.reload()
      void members.reload()
      void rules.reload()
    },
    clear: () => {
      store.setState(beginning, true)
      for (const list of [groups, members, rules]) list.empty()
    },
  }
}
