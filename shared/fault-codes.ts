/** Why a change was refused: a closed list, so that every face can have words for each (server/ground/refusals.ts has the English ones). */
import { z } from 'zod'

/** Every reason for which a change may be refused. */
export const changeFaultCodes = [
  'unknownUser',
  'userExists',
  'login',
  'userName',
  'userAddress',
  'addressTaken',
  'address',
  'date',
  'alreadyListed',
  'notListed',
  'contactName',
  'nameLong',
  'nicknameLong',
  'remarkLong',
  'groupsMany',
  'groupLong',
  'proof',
  'ownProof',
  'domainsOff',
  'wholeDomain',
  'unknownGroup',
  'notMember',
  'unknownRule',
  'requestGone',
  'requestUser',
  'requestScope',
  'requestNobody',
  'apart',
  'decided',
  'unknownProposal',
  'secondPerson',
  'unknownDevice',
  'deviceRevoked',
  'deviceNotActive',
  'deviceNotLocked',
  'keptGone',
  'keptDecided',
  'undoNothing',
  'undoNever',
  'undoMoved',
  'malformed',
  'reasonNeeded',
  'userDisabled',
  'administratorTaken',
  'passwordShort',
  'passwordLong',
  'passwordElsewhere',
  'rootElsewhere',
  'policyElsewhere',
  'keysMany',
  'keysMoved',
  'keysAway',
  'keysWorking',
  'clockJumped',
  'rowAddress',
  'rowAddresses',
  'rowFields',
  'rowIdentity',
  'rowTwice',
  'rowUnreadable',
  'rowUnsure',
  'sourceShrunk',
  'sourceUnread',
] as const
/** One of those codes, as it comes over a wire. */
export const changeFaultCodeSchema = z.enum(changeFaultCodes)
/** A reason that this version knows. */
export type ChangeFaultCode = z.infer<typeof changeFaultCodeSchema>

/** Whether a code is one of these; a newer server may have more. */
export function isChangeFaultCode(code: string): code is ChangeFaultCode {
  return changeFaultCodeSchema.safeParse(code).success
}

/** `why`: the server's own words, for codes that the page does not know. */
export const changeFaultSchema = z.strictObject({
  index: z.number().int().min(0),
  why: z.string().max(100_000),
  /** One of `changeFaultCodes`, or one of a newer server. */
  code: z.string().max(40).exactOptional(),
  what: z.string().max(100_000).exactOptional(),
})
/** Why one of several changes was refused. `index`: which of them, from 0; `what`: what the words are about. */
export type ChangeFault = z.infer<typeof changeFaultSchema>
