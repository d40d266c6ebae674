/** For tests: nginx or HAProxy with the very files of docs/deploy, before two servers on loopback. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort, startDaemon, temporaryFolder } from '../import/testing/ports.ts'
import type { Target } from './client.ts'
import type { Node } from './nodes.ts'

export type ProxyKind = 'nginx' | 'haproxy'
export type RunningProxy = { readonly target: Target; close(): Promise<void> }

const files = { nginx: 'nginx.conf', haproxy: 'haproxy.cfg' } as const

/** The example that docs/postgresql.md names. */
export function exampleOf(kind: ProxyKind): string {
  return readFileSync(fileURLToPath(new URL(`../../docs/deploy/${files[kind]}`, import.meta.url)), 'utf8')
}

/** As an administrator fills the example in: addresses, files, names; nothing else of it is changed. */
export async function startProxy(kind: ProxyKind, nodes: readonly [Node, Node]): Promise<RunningProxy> {
  const port = await freePort()
  const folder = temporaryFolder(kind)
  const [cert, key] = ['cert.pem', 'key.pem'].map((name) => readFileSync(join(nodes[0].path, 'tls', name), 'utf8'))
  for (const [name, text] of [
    ['cert.pem', cert],
    ['key.pem', key],
    ['both.pem', `${cert}${key}`],
  ] as const)
    writeFileSync(join(folder.path, name), text ?? '', { mode: 0o600 })
  const filled = fillIn(exampleOf(kind), [
    [kind === 'nginx' ? 'listen 8443' : 'bind :8443', kind === 'nginx' ? `listen ${port}` : `bind :${port}`],
    ['10.0.0.11:8443', new URL(nodes[0].target.url).host],
    ['10.0.0.12:8443', new URL(nodes[1].target.url).host],
    ['/etc/kith/tls', folder.path],
    ['kith.example.org', 'localhost'],
  ])
  const config = join(folder.path, 'config')
  writeFileSync(config, kind === 'nginx' ? aroundNginx(folder.path, filled) : filled)
  const [program, words] =
    kind === 'nginx'
      ? ['/usr/sbin/nginx', ['-p', folder.path, '-e', 'stderr', '-c', config]]
      : ['/usr/sbin/haproxy', ['-db', '-f', config]]
  const daemon = await startDaemon(program, words, port)
  const target = { url: `https://127.0.0.1:${port}`, ...(cert === undefined ? {} : { cert }) }
  return {
    target,
    async close() {
      await daemon.stop()
      folder.remove()
    },
  }
}

function fillIn(example: string, pairs: readonly (readonly [string, string])[]): string {
  return pairs.reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`the example does not have ${from}`)
    return text.replaceAll(from, to)
  }, example)
}

/** What Debian's nginx.conf has around conf.d, in a folder of our own. */
function aroundNginx(folder: string, inside: string): string {
  const places = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((n) => `${n}_temp_path ${folder}/${n};`)
  const user = process.getuid?.() === 0 ? 'user root;' : ''
  return `${user} daemon off; worker_processes 1; pid ${folder}/pid; error_log stderr;
events { worker_connections 256; }
http { access_log off; ${places.join(' ')}
${inside}
}
`
}
