/** Sync: what changed since the device's version, sealed to the device and signed by F (protocol.md 6). */
import { writeSyncAnswer } from '../../shared/soap/operations.ts'
import { decodeCanonical } from '../../shared/whitelist/bytes/canonical.ts'
import { fromBase64, utf8 } from '../../shared/whitelist/bytes/encoding.ts'
import { type SignedCommand, signedCommandSchema } from '../../shared/whitelist/command.ts'
import { maxCommands, maxManifestSteps } from '../../shared/whitelist/limits.ts'
import type { SyncRequest } from '../../shared/whitelist/request.ts'
import {
  type AnswerContent,
  isTooFarBehind,
  makeAnswer,
  mayDelta,
  needsChain,
  planAnswer,
} from '../../shared/whitelist/sync/answer.ts'
import { primitives, randomBytes } from '../ground/primitives.ts'
import type { ServingKeys } from '../keys/key-ring.ts'
import type { ListVersion, Operations } from '../lists/material.ts'
import type { ChainLink } from '../store/lists.ts'
import type { DeviceRow, ListRow, ManifestRow } from '../store/tables.ts'
import { authenticate } from './authenticate.ts'
import { type Call, type CallAnswer, fault, type Service } from './service.ts'

/** Answers Sync. Where the list or the keys move while the answer is made, it is made again. */
export async function sync(service: Service, call: Call): Promise<CallAnswer> {
  const asked = await authenticate(service, 'Sync', call)
  if (!asked.ok) return asked
  const { device, request, live } = asked.value
  // No lock is held: an answer is made from what was read, and thrown away where the list moved meanwhile.
  for (;;) {
    const keys = await service.keys.current()
    const commands = await commandsOf(service, device)
    // Only now, and not at the door: a device that is to be wiped must get its command (protocol.md 9).
    if (!live && commands.length === 0) return fault('DeviceRevoked')
    const list = await service.material.newest(device.user)
    if (list?.row.id !== request.lst) return fault('BadRequest')
    // The client then asks for the whole list; whether that is a rollback it decides itself.
    if (isAhead(request, list.row) || isTooFarBehind(request, placeOf(list.row))) return fault('VersionUnknown')
    const chain = await chainOf(service, request, list.row)
    // A locked or revoked device gets its commands and not a byte of the list.
    const content = live ? await contentOf(service, request, { list, chain }) : noContent
    // Read after the list: a head by a key that the client has not heard of comes with the manifest that lists it.
    const manifests = await service.store.journal.manifestsAfter(request.man)
    // The list moved while its entries were read, or the keys did: begin again with the newer version.
    if (!content || (manifests.at(-1)?.version ?? 0) > keys.manifest.ver) continue
    const answer = seal(service, request, { list, chain, content, manifests, keys, commands, device })
    service.metrics.sync(content.kind, answer.sealed?.length ?? 0)
    return { ok: true, value: writeSyncAnswer(answer) }
  }
}

const noContent: AnswerContent = { kind: 'none' }

/** The client knows a version that this store never had: an older copy of the store was put back. */
function isAhead(request: SyncRequest, row: ListRow): boolean {
  return request.want !== 'full' && (request.ep > row.epoch || (request.ep === row.epoch && request.ver > row.version))
}

/** How far a list is, in the words of the protocol. */
function placeOf({ epoch, version }: ListRow): { readonly ep: number; readonly ver: number } {
  return { ep: epoch, ver: version }
}

async function commandsOf({ store }: Service, device: DeviceRow): Promise<readonly SignedCommand[]> {
  const rows = await store.devices.commands(device.user, device.id)
  // A statement names 16 commands at most (protocol.md 3.5); the others come with the next answer.
  return rows
    .slice(0, maxCommands)
    .map((row) => signedCommandSchema.parse({ c: decodeCanonical(utf8(row.bytes)), s: row.sig }))
}

/** Versions after the client's, in its epoch; none for a client of another epoch or without a list. */
async function chainOf({ store }: Service, request: SyncRequest, row: ListRow): Promise<readonly ChainLink[]> {
  if (!needsChain(request, placeOf(row))) return []
  const links = await store.lists.chainAfter(row.id, request.ver)
  return links.filter((link) => link.version <= row.version)
}

type Versions = { readonly list: ListVersion; readonly chain: readonly ChainLink[] }

/** Undefined where the list is no longer of this version. */
async function contentOf(
  service: Service,
  request: SyncRequest,
  versions: Versions,
): Promise<AnswerContent | undefined> {
  const { row } = versions.list
  const operations = await operationsOf(service, request, versions)
  const facts = { ...placeOf(row), count: row.count, size: row.bytes }
  const plan = planAnswer(request, operations ? { ...facts, opsSize: operations.size } : facts)
  if (plan.kind === 'none') return noContent
  if (plan.kind === 'delta' && operations) return { kind: 'delta', ops: operations.ops }
  if (plan.kind === 'delta') throw new Error('a delta was planned without operations')
  const entries = (await service.material.entries(row))?.joined(plan.offset, plan.limit)
  return entries && { kind: 'full', entries, part: plan.part, parts: plan.parts }
}

/** Operations far longer than the list itself are not even loaded: the whole list is cheaper. */
const worthLoading = 4
/** Short lists change often: this many characters are always worth a look. */
const alwaysWorth = 1_000_000

async function operationsOf(
  service: Service,
  request: SyncRequest,
  { list: { row }, chain }: Versions,
): Promise<Operations | undefined> {
  if (!mayDelta(request, placeOf(row)) || chain.length === 0) return undefined
  const characters = chain.reduce((sum, link) => sum + link.ops_size, 0)
  return characters > worthLoading * row.bytes + alwaysWorth ? undefined : service.material.operations(row, request.ver)
}

type Parts = Versions & {
  readonly content: AnswerContent
  readonly manifests: readonly ManifestRow[]
  readonly keys: ServingKeys
  readonly commands: readonly SignedCommand[]
  readonly device: DeviceRow
}

function seal(service: Service, request: SyncRequest, parts: Parts) {
  const { list, chain, content, manifests, keys, commands, device } = parts
  const headSig = fromBase64(list.head.head_sig, 64)
  const deviceBox = fromBase64(device.dbox, 32)
  if (!headSig || !deviceBox) throw new Error('a stored key or signature is damaged')
  const material = {
    org: service.config.org,
    usr: device.user,
    dev: device.id,
    lst: list.row.id,
    ...placeOf(list.row),
    head: utf8(list.head.head),
    headSig,
    chain: chain.map((link) => link.core_hash),
    content,
    commands,
    manifests: manifests.slice(0, maxManifestSteps).map((row) => utf8(row.bytes)),
  }
  const freshSeed = keys.fresh.secret
  return makeAnswer(request, material, {
    now: service.clock.now(),
    primitives,
    random: randomBytes,
    freshSeed,
    deviceBox,
  })
}
