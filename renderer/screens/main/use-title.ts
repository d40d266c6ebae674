/** The title of the window. */
import { useEffect } from 'react'
import { useSlice, useStores } from '../../components/context.tsx'
import { useWords } from '../../i18n/i18n.ts'
import type { Ready } from '../session.ts'

/** The window's title tells who is signed in and how much is unread, and never of whom. */
export function useTitle({ name, address }: Ready): void {
  const { chat, mail } = useSlice(useStores().chats)
  const unread = chat + mail
  const { t } = useWords()
  useEffect(() => {
    const title = t('app.titleOf', { name: name || address })
    document.title = unread > 0 ? `(${unread}) ${title}` : title
    // Behind the lock the title must tell neither.
    return () => {
      document.title = t('app.name')
    }
  }, [unread, name, address, t])
}
