/**
 * The guard: `(whitelist, facts) -> verdict`, pure (rules in guard.md; tests quote their numbers).
 * Everything that needs a network, a key or a clock arrives as a fact.
 */
export type {
  DkimFact,
  IncomingFacts,
  IncomingVerdict,
  ListedContact,
  ListView,
  OutgoingRecipient,
  OutgoingVerdict,
  Refusal,
  RefusalReason,
} from './guard/facts.ts'
export { judgeIncoming } from './guard/incoming.ts'
export { judgeOutgoing } from './guard/outgoing.ts'
export { planReply, type ReplyPlan } from './guard/reply.ts'
