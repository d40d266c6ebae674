/** For page tests of the administration: the section open, and a hand for it. */
import { act, fireEvent, screen, within } from '@testing-library/react'
import { onTestFinished } from 'vitest'
import type { RoleName } from '../../shared/administration/change.ts'
import type { Ready } from '../screens/session.ts'
import { settle } from './fake-clock.ts'
import { readySession } from './fake-session.ts'
import { navButton, renderPage } from './render-page.tsx'

type Step = 'open' | 'setUp' | 'code' | 'password'

export async function openAdministration(
  role: RoleName,
  step: Step = 'open',
  administered = 3,
  session: Ready = readySession,
) {
  const page = await renderPage({ session: { ...session, role }, administered })
  page.state.administration.state = { role, step, totp: step === 'code' }
  onTestFinished(page.end)
  await press(navButton(/Administration/))
  return { ...page, fake: page.state.administration }
}

export async function press(element: HTMLElement): Promise<void> {
  fireEvent.click(element)
  await act(settle)
}

export async function type(label: string | RegExp, text: string): Promise<void> {
  fireEvent.change(screen.getByLabelText(label), { target: { value: text } })
  await act(settle)
}

export const button = (name: string | RegExp) => screen.getByRole('button', { name })
export const tab = (name: string) =>
  within(screen.getByRole('navigation', { name: 'Administration' })).getByRole('button', { name })
