/** Tells who writes to a colleague that the message will wait in Held there, as long as nothing proves who wrote it. */
import { namesUnprovenColleague } from '../../shared/session.ts'
import { useWords } from '../i18n/i18n.ts'
import { useSlice, useStores } from './context.tsx'
import { Note } from './Note.tsx'

/** Nothing, where the server proves the mail of colleagues or none of the recipients is one. */
export function UnprovenNote({ recipients }: { readonly recipients: readonly string[] }) {
  const { session } = useSlice(useStores().session)
  const { t } = useWords()
  if (!session || !namesUnprovenColleague(session, recipients)) return null
  return <Note tone="warn">{t('compose.unproven')}</Note>
}
