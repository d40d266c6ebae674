/** What a bench is given; everything that it opens is closed at the end of the run, whatever happens. */
import type { App } from '../e2e/support/app.ts'
import type { Organisation } from '../e2e/support/organisation.ts'
import type { Memory } from './figures.ts'

/** The app on a screen, and what memory its processes hold now. */
type MeasuredApp = App & { readonly memory: () => Memory }

/** The two things that a bench may open. */
export type Bench = {
  /** Opens the app on a profile of this run. */
  readonly open: (profile: string) => Promise<MeasuredApp>
  /** Starts a fresh organisation with its server. */
  readonly organisation: () => Promise<Organisation>
}
