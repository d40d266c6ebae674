/** Wait: held until the list moves or there is other news, at most 50 seconds (protocol.md 7). The answer is a hint: only Sync tells the truth. */
import { writeFields } from '../../shared/soap/operations.ts'
import { waitHold } from '../../shared/whitelist/limits.ts'
import type { WaitRequest } from '../../shared/whitelist/request.ts'
import { authenticate, type Caller } from './authenticate.ts'
import type { Poke } from './push/hub.ts'
import { type Call, type CallAnswer, fault, type Service } from './service.ts'

/**
 * Answers Wait: at once where the list is newer than the client's, else at the next poke, the latest time, or when
 * the caller goes.
 */
export async function wait(service: Service, call: Call): Promise<CallAnswer> {
  const asked = await authenticate(service, 'Wait', call)
  if (!asked.ok) return asked
  const { value: caller } = asked
  const held = hold(service, caller, call.gone)
  const row = await service.store.lists.ofUser(caller.device.user)
  if (!row || row.id !== caller.request.lst) {
    held.end()
    await held.over
    return fault('BadRequest')
  }
  if (isNewer(row, caller.request)) held.end()
  service.metrics.waiters(1)
  const poke = await held.over
  service.metrics.waiters(-1)
  const { epoch, version } = poke ?? row
  return { ok: true, value: writeFields({ lst: row.id, ep: epoch, ver: version }) }
}

/** Whether a list is of a later version than another; an epoch goes before every version. */
export function isNewer(
  now: { readonly epoch: number; readonly version: number },
  than: Pick<WaitRequest, 'ep' | 'ver'>,
): boolean {
  return now.epoch > than.ep || (now.epoch === than.ep && now.version > than.ver)
}

type Held = { readonly over: Promise<Poke | undefined>; readonly end: () => void }

/** Listens before the version is read, so that no change falls between. */
function hold(service: Service, { device, request }: Caller<'Wait'>, gone: AbortSignal): Held {
  const key = `${device.user} ${device.id}`
  // A device waits once: an older Wait is of a connection that it has given up.
  service.waits.get(key)?.()
  const { promise, resolve } = Promise.withResolvers<Poke | undefined>()
  const end = () => resolve(undefined)
  const undo = service.hub.listen(request.lst, (poke) => {
    if (poke.access || poke.news || isNewer(poke, request)) resolve(poke)
  })
  const timer = setTimeout(end, waitHold)
  gone.addEventListener('abort', end)
  // The client may have left while it was asked who it is.
  if (gone.aborted) end()
  // News that came between two Waits of the device.
  if (service.hub.newsOf(request.lst) > (service.newsTold.get(key) ?? 0)) end()
  service.waits.set(key, end)
  const over = promise.finally(() => {
    undo()
    clearTimeout(timer)
    gone.removeEventListener('abort', end)
    service.newsTold.set(key, service.hub.newsOf(request.lst))
    if (service.waits.get(key) === end) service.waits.delete(key)
  })
  return { over, end }
}
