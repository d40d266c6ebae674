/** Contact requests and invitations of the calling user. */
import { ok } from '../../../shared/rpc.ts'
import { createInvitation } from '../../administration/requests/invitations.ts'
import { answerRequest, createRequest, withdrawRequest } from '../../administration/requests/requests.ts'
import { requestsOf } from '../../administration/requests/views.ts'
import type { AskHandlers } from './handler.ts'

type Names = 'requests.list' | 'requests.create' | 'requests.answer' | 'requests.withdraw' | 'invitations.create'

/** Each hands the question on to `administration/requests`, for the calling user and nobody else. */
export const requestAsks: Pick<AskHandlers, Names> = {
  'requests.list': async (service, { user }) => ok(await requestsOf(service, user.id)),
  'requests.create': (service, { user }, input) => createRequest(service, user, input),
  'requests.answer': (service, { user }, input) => answerRequest(service, user, input),
  'requests.withdraw': (service, { user }, { id }) => withdrawRequest(service, user, id),
  'invitations.create': (service, { user }) => createInvitation(service, user.id),
}
