/** What a support case may know: versions, states, counts, failures. No address, name, text or secret. */
import type { KithContract } from '../../../shared/contract.ts'
import { type Handlers, type Output, ok } from '../../../shared/rpc.ts'
import { manifestVersion } from '../../../shared/whitelist/manifest.ts'
import type { Ports } from '../ground/ports.ts'
import { deviceWords } from '../keys/primitives.ts'
import type { SessionService } from '../session/session.ts'

/** What the user may look up of this app, and copy for a support case. */
export function diagnosticsHandlers(
  ports: Ports,
  session: SessionService,
): Pick<Handlers<KithContract>, 'diagnostics.export' | 'app.about'> {
  return {
    'diagnostics.export': async () => ok({ text: await diagnostics(ports, session) }),
    'app.about': () => ok(about(ports, session)),
  }
}

function about(ports: Ports, session: SessionService): Output<KithContract, 'app.about'> {
  const keys = session.open()?.runtime.store.vault.keys
  return {
    version: ports.appVersion,
    engine: engineText(),
    device: keys?.device ?? '',
    deviceWords: keys ? deviceWords(keys) : '',
  }
}

async function diagnostics(ports: Ports, session: SessionService): Promise<string> {
  const protection = await session.protection()
  const state = session.state()
  const lines: (readonly [string, string | number | boolean])[] = [
    ['app', ports.appVersion],
    ['engine', engineText()],
    ['system', `${process.platform} ${process.arch}`],
    ['time', new Date(ports.clock.now()).toISOString()],
    ['session', state.step],
  ]
  if (state.step === 'signedOut') lines.push(['cause', state.cause ?? 'none'])
  if (state.step === 'locked') lines.push(['lock', state.reason])
  if (state.step === 'ready') {
    lines.push(['connection', state.connection], ['mail', state.mail], ['sendingOff', state.sendingOff])
  }
  if (protection.ok) {
    lines.push(['protection', protection.value.kind], ['keychainAnswers', protection.value.keychainAvailable])
  }
  lines.push(...accountLines(session))
  return `${lines.map(([name, value]) => `${name}: ${value}`).join('\n')}\n`
}

function accountLines(session: SessionService): (readonly [string, string | number])[] {
  const opened = session.open()
  if (!opened) return []
  const { store, sync } = opened.runtime
  const status = sync.status()
  // The table's name is a literal of this file: no text from outside gets into the statement.
  const count = (table: string): number =>
    store.database.get<{ n: number }>(`SELECT count(*) AS n FROM ${table}`)?.n ?? 0
  return [
    ['device', store.vault.keys.device],
    ['listEpoch', status.epoch],
    ['listVersion', status.version],
    ['listEntries', status.count],
    ['listState', status.state],
    ['listFailure', status.failure ?? 'none'],
    ['listConfirmed', isoOrNever(status.syncedAt)],
    ['leaseEnds', isoOrNever(status.leaseEndsAt)],
    ['manifest', manifestVersion(opened.runtime.manifest()) ?? 0],
    ['messages', count('messages')],
    ['commands', count('commands')],
  ]
}

function isoOrNever(time: number): string {
  return time === 0 ? 'never' : new Date(time).toISOString()
}

function engineText(): string {
  const { node, electron } = process.versions
  return electron === undefined ? `node ${node}` : `electron ${electron}, node ${node}`
}
