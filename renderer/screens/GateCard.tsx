/** The card in the middle of the window that signing in and unlocking share. */
import type { ReactNode } from 'react'
import { Mark } from '../components/Mark.tsx'

type GateCardProps = { readonly title: string; readonly lead?: string; readonly children: ReactNode }

/** The frame of every screen before the main window. */
export function GateCard({ title, lead, children }: GateCardProps) {
  return (
    <main className="gate">
      <div className="gate-card grid gap-5">
        <header className="grid gap-1.5">
          <Mark />
          <h1 className="mt-1.5 text-2xl font-semibold tracking-tight">{title}</h1>
          {lead !== undefined && <p className="text-balance text-muted">{lead}</p>}
        </header>
        {children}
      </div>
    </main>
  )
}
