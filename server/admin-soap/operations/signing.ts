/** For whoever holds the policy key elsewhere: the bytes to sign, and the signatures back. */
import { z } from 'zod'
import { fromBase64, toBase64 } from '../../../shared/whitelist/bytes/encoding.ts'
import { commit, draft } from '../../administration/signing.ts'
import { listChange, type Outcome, outcome } from '../changing.ts'
import { type Answer, failed, refused } from '../faults.ts'
import { operation } from '../operation.ts'

/** A proposal's id, or `reissue`: heads at half of their life. */
const what = z.string().max(64)

export const drafted = z.strictObject({
  /** Milliseconds since the epoch: part of what is signed. */
  now: z.number().int(),
  heads: z.array(z.base64()),
  /** Commands to devices. */
  commands: z.array(z.base64()),
  lists: z.array(listChange),
  /** What each change comes to, one line each. */
  difference: z.array(z.string()),
})

const draftOperation = operation({
  name: 'Draft',
  scope: 'sign',
  input: z.strictObject({ proposal: what }),
  output: drafted,
  async work({ store, config, clock }, { proposal }) {
    const now = clock.now()
    const made = await draft({ store, config }, { what: proposal, now })
    if (!made.ok) return refused(made.why)
    const { heads, commands, lists, difference } = made.value
    return {
      ok: true,
      value: {
        now,
        heads: heads.map((head) => toBase64(head)),
        commands: commands.map((command) => toBase64(command)),
        lists: lists.map(({ list: _list, ...rest }) => rest),
        difference: [...difference],
      },
    }
  },
})

const commitOperation = operation({
  name: 'Commit',
  scope: 'sign',
  input: z.strictObject({
    proposal: what,
    now: z.number().int().min(0),
    signatures: z.array(z.base64()),
    commandSignatures: z.array(z.base64()).optional(),
  }),
  output: outcome,
  async work({ store, config, clock }, { proposal, now, ...given }): Promise<Answer<Outcome>> {
    const signatures = given.signatures.map(signatureFrom)
    const commandSignatures = given.commandSignatures?.map(signatureFrom) ?? []
    const done = await commit({ store, config, clock }, { what: proposal, now, signatures, commandSignatures })
    if (done.ok) {
      const lists = done.value.lists.map(({ list: _list, ...rest }) => rest)
      return { ok: true, value: { state: 'done', proposal, lists, audit: [...done.value.audit] } }
    }
    return done.movedOn ? failed('MovedOn', {}) : refused(done.why)
  },
})

/** What is no signature verifies as none. */
function signatureFrom(text: string): Uint8Array {
  return fromBase64(text, 64) ?? new Uint8Array(64)
}

export const signingOperations = [draftOperation, commitOperation]
