/** A folder for a Postfix of a test's own: its queue, in which the sockets between it and the gateway lie. */
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run } from './daemons.ts'

export type Spool = {
  readonly path: string
  /** For the gateway's part of config.json. */
  readonly settings: { readonly sockets: string; readonly next: { readonly socket: string } }
  /** The gateway's sockets, and the one behind which it hands messages on. */
  readonly doors: { readonly [door in 'policy' | 'outgoing' | 'incoming' | 'next']: string }
  /** A folder for the sockets of another gateway. */
  readonly another: (name: string) => string
  remove(): void
}

export function makeSpool(): Spool {
  // Short: a unix socket's path has 108 bytes at most.
  const path = mkdtempSync(join(tmpdir(), 'kgw-'))
  chmodSync(path, 0o755)
  const [postfix, postdrop] = [Number(run('id', ['-u', 'postfix'])), groupId('postdrop')]
  mkdirSync(join(path, 'queue'))
  const make = (name: string, mode: number) => {
    const folder = join(path, 'queue', name)
    mkdirSync(folder)
    chmodSync(folder, mode)
    return folder
  }
  // As Postfix makes it.
  chownSync(make('public', 0o710), postfix, postdrop)
  chmodSync(join(path, 'queue', 'public'), 0o2710)
  const another = (name: string) => {
    const folder = make(name, 0o750)
    chownSync(folder, process.getuid?.() ?? 0, groupId('postfix'))
    chmodSync(folder, 0o2750)
    return folder
  }
  const sockets = another('kith')
  const next = join(path, 'queue', 'public', 'kith')
  const [policy, outgoing, incoming] = ['policy', 'outgoing', 'incoming'].map((name) => join(sockets, name))
  return {
    path,
    settings: { sockets, next: { socket: next } },
    doors: { policy: policy ?? '', outgoing: outgoing ?? '', incoming: incoming ?? '', next },
    another,
    remove: () => rmSync(path, { recursive: true, force: true }),
  }
}

function groupId(name: string): number {
  return Number(run('getent', ['group', name]).split(':')[2])
}
