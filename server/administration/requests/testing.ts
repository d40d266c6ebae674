/** For tests: users with their requests, the SOAP process without the policy key, and the policy process that carries out. */

import type { Change } from '../../../shared/administration/change.ts'
import type { Result } from '../../../shared/rpc.ts'
import { policyKeyOf } from '../../keys/policy-key.ts'
import { entryFromText } from '../../lists/changes.ts'
import { contentsOf } from '../../lists/contents.ts'
import { signerOf } from '../../lists/issue.ts'
import { createOrganisations, loadOrganisation } from '../../organisation/organisation.ts'
import { faultOfList } from '../../testing/consistency.ts'
import { type TestFolder, testFolder } from '../../testing/harness.ts'
import { brokenAudit } from '../audit.ts'
import { carryOut } from '../submit.ts'
import { createInvitation } from './invitations.ts'
import { answerRequest, createRequest } from './requests.ts'
import { requestsOf } from './views.ts'

export const dayMs = 24 * 3_600_000
export const guestMail = 'gu@partner.example'
export const done = { ok: true, value: {} } as const
export const mail = (name: string) => `${name}@example.org`

export type RequestWorld = ReturnType<typeof worldOver>

/** Alice, Bob and Carol, colleagues who do not list each other. */
export async function requestWorld(): Promise<RequestWorld> {
  return worldOver(await testFolder(['alice', 'bob', 'carol']))
}

function worldOver(folder: TestFolder) {
  const administration = { ...folder.administration, organisations: createOrganisations() }
  const { store, clock } = administration
  const person = async (user: string) => {
    const row = await store.users.get(user)
    if (!row) throw new Error('no user')
    return row
  }
  const carried = async <T>(result: Result<T>): Promise<Result<T>> => {
    const sign = signerOf(policyKeyOf(administration.folder))
    await carryOut({ ...administration, sign }, clock.now)
    return result
  }
  const run = async (...changes: readonly Change[]) => {
    const ran = await administration.run(changes)
    if (!ran.ok) throw new Error(JSON.stringify(ran))
  }
  const seenBy = (user: string) => requestsOf(administration, user)
  return {
    ...folder,
    administration,
    store,
    person,
    carried,
    run,
    seenBy,
    requests: async (user: string, to: string, note = '') =>
      carried(await createRequest(administration, await person(user), { to, note })),
    answers: async (user: string, id: string, accept: boolean) =>
      carried(await answerRequest(administration, await person(user), { id, accept })),
    invite: async (user: string): Promise<string> => {
      const made = await createInvitation(administration, user)
      if (!made.ok) throw new Error('no invitation')
      return made.value.text
    },
    idOf: async (user: string, kind: 'incoming' | 'own' | 'approvals', at = 0): Promise<string> => {
      const found = (await seenBy(user))[kind].at(at)
      if (!found) throw new Error(`${user} sees no ${kind}`)
      return found.id
    },
    addressesOf: async (user: string): Promise<readonly string[]> => {
      const row = await store.lists.ofUser(user)
      if (!row) throw new Error('no list')
      const contents = await contentsOf(store, row, await loadOrganisation(store))
      const entries = contents.map(({ json }) => entryFromText(json)).filter((entry) => entry.o !== 'n')
      return entries.map((entry) => entry.m).sort()
    },
    addGuest: (sponsor: string) =>
      run({ op: 'user.add', user: 'guest', scope: 'external', name: 'Gu Est', address: guestMail, sponsor }),
    end: () => endOf(folder),
  }
}

/** Throws where any list or the audit log does not hold, at the end of every test. */
async function endOf({ administration, close }: TestFolder): Promise<void> {
  const { store } = administration
  const faults: string[] = []
  for (const user of await store.users.all()) {
    const fault = await faultOfList(administration, user.id)
    if (fault !== undefined) faults.push(`${user.id}: ${fault}`)
  }
  const broken = await brokenAudit(store)
  if (broken !== undefined) faults.push(`audit line ${broken}`)
  await close()
  if (faults.length > 0) throw new Error(faults.join('; '))
}
