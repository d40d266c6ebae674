/**
 * Every screen and dialog in three languages, in narrow and wide windows, with text as it is and twice as large: nothing
 * is cut off, covered, broken in the wrong place, too small to press or out of reach. It draws the page's preview, which
 * needs no engine: so it runs once, not on each host.
 */
import type { Page } from '@playwright/test'
import { openPreview } from '../scripts/lib/preview.ts'
import { test as base, expect } from './support/fixtures.ts'
import { type Screen, screens } from './support/screens.ts'
import { go } from './support/steps.ts'

const languages = ['en', 'zh-Hans', 'zh-Hant'] as const
const widths = [1280, 800, 480] as const
const height = 760
/** Text twice as large as the browser's own (WCAG 1.4.4): every length of the page follows the root's font size. */
const texts = ['100%', '200%'] as const

type Fault = { readonly fault: string; readonly where: string }

/** What the preview gives to whoever looks at it (renderer/testing/preview.tsx). */
type Preview = {
  readonly fake: { settings: object; emit(name: string, value: unknown): void }
  readonly show: (query: string) => void
  readonly layoutFaults: () => readonly string[]
}

/** Runs in the page: draws it at each size of text in each language, and says what is wrong when that stands. */
async function faultsOf([sizes, spoken]: readonly [readonly string[], readonly string[]]): Promise<readonly Fault[]> {
  const { fake, layoutFaults } = window as unknown as Preview
  const found: Fault[] = []
  for (const text of sizes) {
    document.documentElement.style.fontSize = text
    window.dispatchEvent(new Event('resize'))
    // What measures itself does so in the next frame.
    await new Promise(requestAnimationFrame)
    for (const language of spoken) {
      fake.settings = { ...fake.settings, language }
      fake.emit('settings.changed', fake.settings)
      // The new words are drawn in tasks of their own: this one waits for all of them.
      await scheduler.postTask(() => undefined, { priority: 'background' })
      found.push(...layoutFaults().map((fault) => ({ fault, where: `${language} ${text}` })))
    }
  }
  return found
}

/** Goes the way to a screen, in English and in a wide window. */
async function goTo(page: Page, { query, way }: Screen): Promise<void> {
  await page.setViewportSize({ width: 1280, height })
  await page.evaluate((text) => {
    document.documentElement.style.fontSize = ''
    ;(window as unknown as Preview).show(text)
  }, `lang=en&long&${query}`)
  // A key that is pressed before the page listens is lost.
  await page.getByRole('heading').first().waitFor()
  for (const step of way) await step(page)
}

/** What is wrong with a screen, with the windows, sizes of text and languages in which it is. */
async function look(page: Page, { name }: Screen): Promise<string[]> {
  const found = new Map<string, string[]>()
  for (const width of widths) {
    await page.setViewportSize({ width, height })
    for (const { fault, where } of await page.evaluate(faultsOf, [texts, languages] as const)) {
      found.set(fault, [...(found.get(fault) ?? []), `${width} ${where}`])
    }
  }
  return [...found].map(([fault, where]) => `${name}: ${fault} (${where.join(', ')})`)
}

const test = base.extend<{ page: Page }, { url: string }>({
  url: [
    async ({}, use) => {
      const preview = await openPreview()
      await use(preview.url)
      await preview.close()
    },
    { scope: 'worker' },
  ],
  page: async ({ browser, url }, use) => {
    const context = await browser.newContext({ reducedMotion: 'reduce', viewport: { width: 1280, height } })
    const page = await context.newPage()
    page.setDefaultTimeout(10_000)
    await page.goto(url)
    await use(page)
    await context.close()
  },
})

/** One spoilt rule for each kind of fault, and what is said of it. */
const spoilt: readonly (readonly [css: string, fault: RegExp])[] = [
  ['.row-main { text-overflow: clip }', /^cut off at its end/],
  ['.rows { overflow: hidden; flex: none; block-size: 3rem }', /^cut off below/],
  ['.title { white-space: nowrap; inline-size: 1rem; flex: none }', /^wider than its box/],
  ['.rows-height { inline-size: 200% }', /^scrolls sideways/],
  ['.shell-nav { translate: -8rem }', /^out of reach sideways/],
  ['.button { padding: 0; min-block-size: 1rem }', /^\d+x\d+ px to press/],
  ['.nav-button { margin-block-end: -1.5rem }', /^over <button/],
  ['.shell-detail { position: fixed; inset: 0 }', /^covered/],
  ['.nav-badge { inset: auto 0 0 }', /^text over text/],
  ['.button { inline-size: 4.5rem }', /^broken although a line has room/],
  ['.row-when { inline-size: 2.5rem }', /^broken into lines/],
  ['.shell-nav { flex-flow: row wrap }', /^in several lines/],
]

test('each kind of fault is found where a rule is spoilt', async ({ page }) => {
  await goTo(page, { name: '', query: '', way: [go('Mail')] })
  const found = await page.evaluate(
    async (rules) => {
      const { layoutFaults } = window as unknown as Preview
      const sheet = new CSSStyleSheet()
      document.adoptedStyleSheets = [sheet]
      const answers: (readonly string[])[] = []
      for (const rule of ['', ...rules]) {
        sheet.replaceSync(rule)
        answers.push(layoutFaults())
      }
      return answers
    },
    spoilt.map(([css]) => css),
  )
  const [whole, ...faults] = found
  expect(whole).toEqual([])
  for (const [index, [, fault]] of spoilt.entries()) {
    expect(faults[index]).toEqual(expect.arrayContaining([expect.stringMatching(fault)]))
  }
})

test('nothing is cut off, covered, broken or out of reach on any screen', async ({ page }) => {
  // Some 1,400 drawings.
  test.setTimeout(240_000)
  const found: string[] = []
  page.on('pageerror', (error) => found.push(`error in the page: ${error.message}`))
  for (const screen of screens) {
    const way = await goTo(page, screen).catch((error: Error) => [`${screen.name}: no way to it: ${error.message}`])
    found.push(...(way ?? (await look(page, screen))))
  }
  expect(found).toEqual([])
})
