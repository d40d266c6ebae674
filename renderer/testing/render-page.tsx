import { cleanup, render, screen, within } from '@testing-library/react'
import { App } from '../App.tsx'
import type { Keyboard } from '../host.ts'
import { createPage, type PageParts } from './create-page.ts'
import type { FakeOptions } from './fake-host.ts'

/** The whole page over a fake host, drawn; `end` takes it away again. */
export async function renderPage(
  options: FakeOptions = {},
  keyboard?: Keyboard,
): Promise<PageParts & { readonly end: () => void }> {
  const page = await createPage(options, keyboard)
  render(<App stores={page.stores} />)
  return {
    ...page,
    end: () => {
      cleanup()
      page.stores.stop()
    },
  }
}

/** The button of the navigation for a screen. */
export function navButton(name: RegExp): HTMLElement {
  return within(screen.getByRole('navigation', { name: 'Main' })).getByRole('button', { name })
}
