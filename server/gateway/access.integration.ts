import { execFileSync } from 'node:child_process'
import { chmodSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { rawClient } from '../mail/testing/raw-client.ts'
import { createLog } from '../monitoring/log.ts'
import { openContext } from '../settings/context.ts'
import { startGateway } from './gateway.ts'
import { run } from './testing/daemons.ts'
import { type MailServer, startMailServer } from './testing/mail-server.ts'
import { domain, startWorld, type World } from './testing/world.ts'

let world: World
let mail: MailServer

beforeAll(async () => {
  world = await startWorld({ users: ['alice', 'bob'] })
  await world.list('alice', [{ address: 'bob@kith.test' }])
  await world.list('bob', [{ address: 'alice@kith.test' }])
  mail = await startMailServer({ data: world.path, domain, passwords: world.passwords, spool: world.spool })
})
afterAll(async () => {
  await mail?.close()
  await world?.close()
})

const nobody = Number(run('id', ['-u', 'nobody']))

/** What another user of the machine hears who connects there. */
function asNobody(places: readonly string[]): readonly string[] {
  const script = `
    const { connect } = require('node:net')
    const one = (place) => new Promise((resolve) => {
      const socket = connect(place)
      socket.once('connect', () => resolve('open'))
      socket.once('error', ({ code }) => resolve(code))
    })
    Promise.all(${JSON.stringify(places)}.map(one)).then((all) => { console.log(JSON.stringify(all)); process.exit() })`
  const environment = { uid: nobody, gid: nobody, cwd: '/', env: {}, encoding: 'utf8' } as const
  return JSON.parse(execFileSync(process.execPath, ['-e', script], environment))
}

/** Every socket file below a folder. */
function socketsBelow(folder: string): readonly string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name)
    const found = statSync(path, { throwIfNoEntry: false })
    if (found?.isDirectory()) return socketsBelow(path)
    return found?.isSocket() ? [path] : []
  })
}

/** Ports on which this machine listens, as the kernel has them. */
function listeningPorts(): ReadonlySet<number> {
  const lines = run('cat', ['/proc/net/tcp', '/proc/net/tcp6']).split('\n')
  const listening = lines.map((line) => line.trim().split(/\s+/)).filter(([, , , state]) => state === '0A')
  return new Set(listening.map(([, local = '']) => Number.parseInt(local.split(':')[1] ?? '', 16)))
}

describe('another user of the machine', () => {
  it('reaches no door between Postfix, Dovecot and the gateway', () => {
    const { doors, path } = world.spool
    const queue = socketsBelow(join(path, 'queue'))
    expect(queue).toEqual(expect.arrayContaining(Object.values(doors)))
    expect(queue).toContain(join(path, 'queue/private/dovecot-lmtp'))
    const all = [...queue, join(path, 'run/lmtp')]
    expect(asNobody(all)).toEqual(all.map(() => 'EACCES'))
  })

  it('finds none of them on a port', () => {
    expect([10_030, 10_031, 10_032, 10_033].filter((port) => listeningPorts().has(port))).toEqual([])
  })

  it('as bob to alice by the port for the world: held', async () => {
    const client = await rawClient(mail.mx)
    await client.reply()
    await client.ask('EHLO here')
    await client.ask('MAIL FROM:<bob@kith.test>')
    await client.ask('RCPT TO:<alice@kith.test>')
    await client.ask('DATA')
    expect(await client.ask('From: bob@kith.test\r\nTo: alice@kith.test\r\n\r\nx\r\n.')).toMatch(/^250 /)
    client.close()
    expect(await world.metrics()).toMatch(/decisions_total\{door="incoming",decision="held"\} 1/)
  })
})

it('the gateway does not start with sockets in a folder that everybody may enter', async () => {
  const context = await openContext(world.path)
  if (!context.ok) throw new Error(context.why)
  const open = world.spool.another('open')
  chmodSync(open, 0o755)
  const started = async (sockets: string) => {
    const config = { ...context.value.config, gateway: { ...world.gateway, sockets } }
    return startGateway({ ...context.value, config }, { log: createLog({ write: () => undefined }) })
  }
  expect(await started(open)).toMatchObject({ ok: false, why: expect.stringContaining('open to every user') })
  expect(await started(join(world.spool.path, 'none'))).toMatchObject({
    ok: false,
    why: expect.stringContaining('no folder'),
  })
  expect(await started(world.gateway.sockets ?? '')).toMatchObject({
    ok: false,
    why: expect.stringContaining('in use'),
  })
  await context.value.store.close()
})
