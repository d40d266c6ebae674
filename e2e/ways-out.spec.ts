/**
 * Every way that Chromium has out of a page, tried by a page that an attacker owns. A page without a policy shows that
 * each try would arrive.
 */
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import path from 'node:path'
import type { Page } from '@playwright/test'
import { openApp } from './support/app.ts'
import { expect, test } from './support/fixtures.ts'

/** Where tries arrive: one TCP and one UDP port of this machine. */
type Target = { readonly tcp: number; readonly udp: number }

/** Listens on both; `arrived`: which tries came, by the word in their path or by their protocol. */
async function openTarget() {
  const arrived = new Set<string>()
  const tcp: Server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.once('data', (bytes) => {
      // Without an HTTP request line it is TURN, or a TLS handshake.
      arrived.add(/^[A-Z]+ \/([a-z-]+)/.exec(bytes.toString('latin1'))?.[1] ?? 'bytes')
      const headers = ['content-type: text/html', 'access-control-allow-origin: *', 'connection: close']
      socket.end(`HTTP/1.1 200 OK\r\n${headers.join('\r\n')}\r\n\r\n<body></body>`)
    })
  })
  await once(tcp.listen(0, '127.0.0.1'), 'listening')
  const udp = createSocket('udp4', () => arrived.add('udp'))
  udp.bind(0, '127.0.0.1')
  await once(udp, 'listening')
  const address = tcp.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return {
    arrived,
    target: { tcp: address.port, udp: udp.address().port },
    close: () => {
      tcp.close()
      udp.close()
    },
  }
}

/** Runs in the page; resolves when each try has had its answer. */
async function tryEverything({ tcp, udp }: Target): Promise<void> {
  const at = (word: string, scheme = 'http') => `${scheme}://127.0.0.1:${tcp}/${word}`
  const element = (name: string, attributes: Readonly<Record<string, string>>) =>
    new Promise<void>((resolve) => {
      const made = document.createElement(name)
      made.addEventListener('load', () => resolve())
      made.addEventListener('error', () => resolve())
      for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value)
      document.body.append(made)
      // Some tell nothing of their end: a frame and two tasks later their request has been made.
      requestAnimationFrame(() => setTimeout(() => setTimeout(resolve, 300), 0))
    })
  const link = (rel: string, word: string, more = {}) => element('link', { rel, href: at(word), ...more })
  const peer = async (iceServers: RTCIceServer[]) => {
    const connection = new RTCPeerConnection({ iceServers })
    connection.createDataChannel('out')
    await connection.setLocalDescription(await connection.createOffer())
    await new Promise<void>((resolve) => {
      setTimeout(resolve, 2_000)
      connection.addEventListener('icegatheringstatechange', () => {
        if (connection.iceGatheringState === 'complete') resolve()
      })
    })
    connection.close()
  }
  const socket = (made: WebSocket | EventSource) =>
    new Promise((resolve) => {
      made.addEventListener('error', resolve)
      made.addEventListener('open', resolve)
    })
  const tries: readonly (() => unknown)[] = [
    () => fetch(at('fetch')),
    () => fetch(at('no-cors'), { mode: 'no-cors', keepalive: true }),
    () =>
      new Promise((resolve) => {
        const request = new XMLHttpRequest()
        request.addEventListener('loadend', resolve)
        request.open('GET', at('xhr'))
        request.send()
      }),
    () => socket(new WebSocket(at('websocket', 'ws'))),
    () => socket(new EventSource(at('eventsource'))),
    () => navigator.sendBeacon(at('beacon'), 'out'),
    () => element('img', { src: at('image') }),
    () => element('script', { src: at('script') }),
    () => element('iframe', { src: at('iframe') }),
    () => element('object', { data: at('object') }),
    () => element('embed', { src: at('embed') }),
    () => element('video', { src: at('video') }),
    () => element('audio', { src: at('audio') }),
    () => link('stylesheet', 'stylesheet'),
    () => link('preload', 'preload', { as: 'image' }),
    () => link('modulepreload', 'modulepreload'),
    () => link('prefetch', 'prefetch'),
    () => link('preconnect', 'preconnect'),
    () => link('icon', 'icon'),
    () => link('manifest', 'manifest'),
    () => element('link', { rel: 'dns-prefetch', href: 'http://dns-prefetch.out.test/' }),
    () => element('script', { type: 'speculationrules' }),
    () => element('script', { type: 'module', src: at('module') }),
    () => document.fonts.add(new FontFace('out', `url(${at('font')})`)),
    () => new FontFace('out', `url(${at('font')})`).load(),
    () => new Worker(at('worker')),
    () => navigator.serviceWorker.register(at('service-worker')),
    () => document.body.style.setProperty('background-image', `url(${at('background')})`),
    () => {
      const made = document.createElement('a')
      made.href = '#'
      made.ping = at('ping')
      document.body.append(made)
      made.click()
    },
    () => {
      const form = document.createElement('form')
      form.action = at('form')
      form.target = '_blank'
      document.body.append(form)
      form.submit()
    },
    () => window.open(at('window')),
    () => peer([{ urls: `stun:127.0.0.1:${udp}` }]),
    () => peer([{ urls: `turn:127.0.0.1:${udp}?transport=udp`, username: 'a', credential: 'b' }]),
    () => peer([{ urls: `turn:127.0.0.1:${tcp}?transport=tcp`, username: 'a', credential: 'b' }]),
    () => peer([{ urls: 'stun:stun.out.test:3478' }]),
    () => fetch('https://fetch.out.test/'),
    () => {
      const transport = new WebTransport(`https://127.0.0.1:${udp}/`)
      return transport.ready
    },
  ]
  await Promise.all(tries.map(async (attempt) => attempt()).map((done) => done.catch(() => undefined)))
  // A page of another origin in its own place comes last: it would end the others.
  location.assign(at('navigation'))
}

async function attack(page: Page, target: Target): Promise<void> {
  // The page may be led away in the middle, which ends the evaluation.
  await page.evaluate(tryEverything, target).catch(() => undefined)
  await page.evaluate(() => undefined).catch(() => undefined)
}

test('the tries themselves arrive from a page without a policy', async ({ browser }) => {
  const { arrived, target, close } = await openTarget()
  const context = await browser.newContext()
  const page = await context.newPage()
  await page.goto(`http://127.0.0.1:${target.tcp}/plain`)
  await attack(page, target)
  await context.close()
  close()
  const expected = ['fetch', 'xhr', 'websocket', 'beacon', 'image', 'script', 'iframe', 'stylesheet', 'udp', 'bytes']
  expect([...arrived]).toEqual(expect.arrayContaining(expected))
})

test('nothing that the page tries leaves Kith', async ({ browser, host, profiles }) => {
  const { arrived, target, close } = await openTarget()
  const log = path.join(profiles, 'net-log.json')
  const words = host === 'desktop' ? [`--log-net-log=${log}`, '--net-log-capture-mode=Everything'] : []
  const app = await openApp({ host, browser, profile: path.join(profiles, 'out'), arguments: words })
  await attack(app.page, target)
  await app.close()
  close()
  // In a browser the page is under its policy alone, which says nothing of WebRTC, of new windows and of leaving the page
  // (README tells it).
  const byTheBrowser = host === 'web' ? ['udp', 'bytes', 'window', 'navigation', 'favicon'] : []
  expect([...arrived].filter((word) => !byTheBrowser.includes(word))).toEqual([])
  if (host === 'web') return
  // Names that were asked for stand in Chromium's own log of the network.
  expect(readFileSync(log, 'latin1')).not.toMatch(/"host":"[a-z.]*out\.test/)
})
