/** Changes of named groups: their members list each other. */

import type { ChangeOf } from '../../../shared/administration/change.ts'
import { refusal } from '../../ground/refusals.ts'
import type { Handler, Work } from '../work.ts'

/** Makes a group, or gives it another title. */
export const putGroup: Handler<ChangeOf<'group.put'>> = async (work, { group, title }) => {
  const old = await titleOf(work, group)
  await work.inside.organisation.putGroup({ id: group, title })
  work.organisationMoved = true
  const undo =
    old === undefined ? [{ op: 'group.remove' as const, group }] : [{ op: 'group.put' as const, group, title: old }]
  return { ok: true, target: group, before: old === undefined ? undefined : { title: old }, after: { title }, undo }
}

/** Removes a group with its memberships. */
export const removeGroup: Handler<ChangeOf<'group.remove'>> = async (work, { group }) => {
  const title = await titleOf(work, group)
  if (title === undefined) return refusal('unknownGroup', group)
  // Read before they are gone, for the line in the log and for taking it back.
  const members = (await work.inside.organisation.members())
    .filter((row) => row.group === group)
    .map(({ user }) => user)
  await work.inside.organisation.removeGroup(group)
  work.organisationMoved = true
  const undo = [
    { op: 'group.put' as const, group, title },
    ...members.map((user) => ({ op: 'group.join' as const, group, user })),
  ]
  return { ok: true, target: group, before: { title, members }, undo }
}

/** Makes a user a member; a member already is one. */
export const joinGroup: Handler<ChangeOf<'group.join'>> = async (work, { group, user }) => {
  if ((await titleOf(work, group)) === undefined) return refusal('unknownGroup', group)
  if (!(await work.inside.users.get(user))) return refusal('unknownUser', user)
  if (await isMember(work, group, user)) return { ok: true, target: `${group} ${user}`, undo: [] }
  await work.inside.organisation.addMember({ group, user })
  work.organisationMoved = true
  return { ok: true, target: `${group} ${user}`, after: 'member', undo: [{ op: 'group.leave', group, user }] }
}

/** Ends a membership. */
export const leaveGroup: Handler<ChangeOf<'group.leave'>> = async (work, { group, user }) => {
  if (!(await isMember(work, group, user))) return refusal('notMember', user, `${user} is not in the group ${group}`)
  await work.inside.organisation.removeMember({ group, user })
  work.organisationMoved = true
  return { ok: true, target: `${group} ${user}`, before: 'member', undo: [{ op: 'group.join', group, user }] }
}

async function titleOf({ inside }: Work, group: string): Promise<string | undefined> {
  return (await inside.organisation.groups()).find(({ id }) => id === group)?.title
}

function isMember({ inside }: Work, group: string, user: string): Promise<boolean> {
  return inside.organisation.isMember({ group, user })
}
