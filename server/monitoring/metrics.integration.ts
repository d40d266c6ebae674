import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { keepImportState } from '../administration/import-states.ts'
import { startWorld } from '../gateway/testing/world.ts'
import { startServer } from '../processes/serve.ts'
import { openContext } from '../settings/context.ts'
import { signedIn } from '../testing/client.ts'
import { testPassword } from '../testing/harness.ts'
import { createLog } from './log.ts'

const deploy = new URL('../../docs/deploy/', import.meta.url)
const dashboard = z.object({ panels: z.array(z.object({ targets: z.array(z.object({ expr: z.string() })) })) })

/** Every expression of the alerts and the dashboard. */
async function expressions(): Promise<readonly string[]> {
  const [rules, board] = await Promise.all(
    ['prometheus-alerts.yml', 'grafana-dashboard.json'].map((name) => readFile(new URL(name, deploy), 'utf8')),
  )
  const { panels } = dashboard.parse(JSON.parse(board ?? ''))
  const alerts = [...(rules ?? '').matchAll(/^ +expr: (.+)$/gm)].map(([, expr = '']) => expr)
  expect(alerts).toHaveLength([...(rules ?? '').matchAll(/- alert:/g)].length)
  return [...alerts, ...panels.flatMap(({ targets }) => targets.map(({ expr }) => expr))]
}

/** What is neither a function, a label, a text nor a time. */
function metricsIn(expr: string): readonly string[] {
  const bare = expr.replaceAll(/\{[^}]*\}|\[[^\]]*\]|\bby \([^)]*\)/g, ' ')
  return bare.match(/\b[a-zA-Z_]\w*\b(?! *\()/g) ?? []
}

function labelsIn(expr: string): readonly string[] {
  const selected = [...expr.matchAll(/(\w+) *[=!]~?=?"/g)].map(([, label = '']) => label)
  const grouped = [...expr.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, list = '']) => list.split(/, */))
  return [...selected, ...grouped]
}

async function scrape(port: number): Promise<string> {
  return (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
}

test('alerts and dashboard name metrics and labels that a server and a gateway show', async () => {
  const world = await startWorld({ users: ['alice'] })
  const context = await openContext(world.path)
  if (!context.ok) throw new Error(context.why)
  const server = await startServer(context.value, createLog({ write: () => undefined }))
  if (!server.ok) throw new Error(server.why)
  // One of each kind: a metric with labels shows from the first event on.
  const rows = [{ where: 'dee', why: 'no address' }]
  await keepImportState(context.value.store, { name: 'hr', kind: 'ldap' }, { at: 1, state: 'taken', rows })
  const target = { url: server.value.ready.url, cert: server.value.cert ?? '' }
  const client = await signedIn(target, { user: 'alice', password: testPassword })
  expect(await client.sync()).toMatchObject({ ok: true })
  const postfix = connect(world.spool.doors.policy)
  postfix.write('request=smtpd_access_policy\nprotocol_state=RCPT\nrecipient=x@outside.test\n\n')
  await once(postfix, 'data')
  postfix.destroy()

  const shown = `${await scrape(server.value.ready.metrics)}\n${await world.metrics()}`
  const names = new Set(shown.match(/^\w+/gm))
  const labels = new Set([...shown.matchAll(/[{,](\w+)="/g)].map(([, label]) => label))
  // What Prometheus adds itself.
  const known = { names: new Set(['up', ...names]), labels: new Set(['job', 'instance', ...labels]) }
  const asked = await expressions()
  expect(asked.flatMap(metricsIn).filter((name) => !known.names.has(name))).toEqual([])
  expect(asked.flatMap(labelsIn).filter((label) => !known.labels.has(label))).toEqual([])
  expect(new Set(asked.flatMap(metricsIn)).size).toBeGreaterThan(10)
  expect(shown).toContain('kith_import_rows_left_out{kind="ldap"} 1')
  await server.value.close()
  await context.value.store.close()
  await world.close()
})
