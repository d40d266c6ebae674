/** Wipes of an account: in order, repeatable, and finished after a break. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Command } from '../../../shared/whitelist/command.ts'
import type { Ports } from '../ground/ports.ts'
import { systemRandom } from '../ground/system-ports.ts'
import { type AccountPlace, accountPlace } from '../keys/account-place.ts'
import { fakeClock, fakeDns, memoryStore, silentLog } from '../testing/fakes.ts'
import { type AccountStore, openAccountStore, wipeFile } from './account-store.ts'
import { stageAccount } from './staged-account.ts'
import { resumeWipes, wipeAll } from './wipe.ts'

let profile: string
let ports: Ports
let secrets: ReturnType<typeof memoryStore>
let place: AccountPlace
let store: AccountStore
beforeEach(async () => {
  profile = mkdtempSync(join(tmpdir(), 'kith-wipe-'))
  secrets = memoryStore()
  place = accountPlace(profile, 'https://s', 'alice')
  ports = {
    profile,
    secrets,
    clock: fakeClock(),
    random: systemRandom,
    log: silentLog,
    dns: fakeDns(),
    appVersion: '1.0.0',
    deviceName: 'desk (desktop)',
    systemLanguage: 'en',
    provisioned: [],
    consent: { confirm: async () => false, loopback: 'refused' },
  }
  const staged = await stageAccount(ports, place, undefined)
  const created = staged.ok ? staged.value.settle() : staged
  if (!created.ok) throw new Error(created.failure.kind)
  store = created.value
  await store.vault.writeRatchet({ epoch: 1, version: 1, head: '', trustedTime: 1 })
})
afterEach(() => {
  store.database.close()
  rmSync(profile, { recursive: true })
})

const command: Command = { t: 'cmd', org: 'o', dev: 'd', cmd: 'wipe', scope: 'all', id: 'w1', iat: 1 }

describe('protocol 9: a wipe', () => {
  it('remembers, stops, says so, destroys the keys, then the files, and says so again', async () => {
    const happened: string[] = []
    const facts = () => [existsSync(wipeFile(place)), secrets.items.size, existsSync(place.databaseFile)].join()
    await wipeAll(ports, store, command, {
      stop: async () => void happened.push(`stop ${facts()}`),
      acknowledge: async (step) => void happened.push(`${step} ${facts()}`),
      reached: () => undefined,
    })
    expect(happened).toEqual(['stop true,2,true', 'started true,2,true', 'done false,0,false'])
    expect(existsSync(place.folder)).toBe(false)
  })

  it.each([['stop'], ['started']] as const)('cut off at %s it goes on at the next start', async (at) => {
    const cut = () => Promise.reject(new Error('power cut'))
    const steps = {
      stop: at === 'stop' ? cut : async () => undefined,
      acknowledge: at === 'started' ? cut : async () => undefined,
      reached: () => undefined,
    }
    await expect(wipeAll(ports, store, command, steps)).rejects.toThrow('power cut')
    store.database.close()
    await resumeWipes(ports)
    expect(existsSync(place.folder)).toBe(false)
    expect(secrets.items.size).toBe(0)
  })

  it('cut off after the keys went, with the keychain away: the files go, and nothing opens', async () => {
    writeFileSync(wipeFile(place), JSON.stringify({ id: 'w1', items: [...secrets.items.keys()] }))
    store.database.close()
    secrets.setAvailable(false)
    await resumeWipes(ports)
    expect(existsSync(place.folder)).toBe(false)
    secrets.setAvailable(true)
    expect(await openAccountStore(ports, place)).toMatchObject({ ok: false, failure: { kind: 'keysMissing' } })
  })

  it('another account of the profile is not touched', async () => {
    const other = accountPlace(profile, 'https://s', 'bob')
    mkdirSync(other.folder, { recursive: true })
    writeFileSync(other.databaseFile, 'bob')
    secrets.items.set(`kek:${other.id}`, 'k')
    const steps = { stop: async () => undefined, acknowledge: async () => undefined, reached: () => undefined }
    await wipeAll(ports, store, command, steps)
    await resumeWipes(ports)
    expect(readdirSync(other.folder)).toEqual(['kith.db'])
    expect([...secrets.items.keys()]).toEqual([`kek:${other.id}`])
  })
})
