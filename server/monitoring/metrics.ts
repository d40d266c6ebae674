/** Prometheus metrics: the only file that imports the client library. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

/** What the port of the metrics shows. */
export type Exposed = { readonly text: () => Promise<string>; readonly contentType: string }

/**
 * What the server counts. Labels are from closed lists: a name of a person as a label would stand in Prometheus for
 * years.
 */
export type Metrics = Exposed & {
  /** `result`: `ok` or the fault's code. */
  readonly request: (operation: string, result: string, seconds: number) => void
  readonly login: (result: 'ok' | 'authFailed' | 'locked' | 'busy' | 'unchecked') => void
  readonly sync: (kind: string, bytes: number) => void
  readonly waiters: (delta: number) => void
  readonly sockets: (delta: number) => void
  readonly policyRestart: () => void
}

/** How the sources of one kind stand: rows that their last readings left out, and readings of which nothing was taken. */
export type ImportFigures = { readonly kind: string; readonly left: number; readonly refused: number }

/** Where the figures come from that are not counted but looked up, with each scrape. */
type Figures = { readonly imports?: () => Promise<readonly ImportFigures[]> }

/** Seconds; a long poll lasts up to 50. */
const buckets = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 60]

/** The metrics of the server, and of its Node. */
export function createMetrics({ imports }: Figures = {}): Metrics {
  // One of its own, not the library's global one: tests start several servers in one process.
  const registers = [new Registry()]
  const [register = new Registry()] = registers
  collectDefaultMetrics({ register })
  const make = { registers }
  const requests = new Histogram({
    ...make,
    name: 'kith_soap_seconds',
    help: 'Time of SOAP requests',
    labelNames: ['operation', 'result'],
    buckets,
  })
  const logins = new Counter({ ...make, name: 'kith_logins_total', help: 'Logins', labelNames: ['result'] })
  const syncs = new Counter({ ...make, name: 'kith_syncs_total', help: 'Sync answers', labelNames: ['kind'] })
  const bytes = new Counter({ ...make, name: 'kith_sync_bytes_total', help: 'Sealed bytes sent', labelNames: ['kind'] })
  const waiters = new Gauge({ ...make, name: 'kith_waiters', help: 'Held Wait requests' })
  const sockets = new Gauge({ ...make, name: 'kith_sockets', help: 'Open push connections' })
  if (imports) watchImports(make, imports)
  const restarts = new Counter({ ...make, name: 'kith_policy_restarts_total', help: 'Restarts of the policy process' })
  return {
    request: (operation, result, seconds) => requests.observe({ operation, result }, seconds),
    login: (result) => logins.inc({ result }),
    sync(kind, size) {
      syncs.inc({ kind })
      bytes.inc({ kind }, size)
    },
    waiters: (delta) => waiters.inc(delta),
    sockets: (delta) => sockets.inc(delta),
    policyRestart: () => restarts.inc(),
    text: () => register.metrics(),
    contentType: register.contentType,
  }
}

/** Looked up in the store: whichever process reads a source, and also after a restart. */
function watchImports(
  make: { readonly registers: Registry[] },
  figures: () => Promise<readonly ImportFigures[]>,
): void {
  const gauge = (name: string, help: string, of: (one: ImportFigures) => number) =>
    new Gauge({
      ...make,
      name,
      help,
      labelNames: ['kind'],
      async collect() {
        this.reset()
        for (const one of await figures()) this.inc({ kind: one.kind }, of(one))
      },
    })
  gauge('kith_import_rows_left_out', 'Rows that the last reading of each source left out', ({ left }) => left)
  gauge('kith_imports_refused', 'Sources of whose last reading nothing was taken', ({ refused }) => refused)
}

/** `held`: by a recipient's whitelist. `deferred`: could not be judged (451). */
export type Decision = 'passed' | 'held' | 'refused' | 'deferred'

/** What the gateway counts. */
export type GatewayMetrics = Exposed & {
  readonly decided: (door: 'policy' | 'outgoing' | 'incoming', decision: Decision) => void
  /** Messages that left the quarantine by age. */
  readonly expired: (count: number) => void
}

/** The metrics of the gateway, and of its Node. */
export function createGatewayMetrics(): GatewayMetrics {
  const register = new Registry()
  collectDefaultMetrics({ register })
  const make = { registers: [register] }
  const decisions = new Counter({
    ...make,
    name: 'kith_gateway_decisions_total',
    help: 'Decisions of the gateway: questions of the policy service, and messages by recipient',
    labelNames: ['door', 'decision'],
  })
  const expired = new Counter({ ...make, name: 'kith_quarantine_expired_total', help: 'Quarantined messages removed' })
  return {
    decided: (door, decision) => decisions.inc({ door, decision }),
    expired: (count) => expired.inc(count),
    text: () => register.metrics(),
    contentType: register.contentType,
  }
}
