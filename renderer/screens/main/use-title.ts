/** The title of the window. */
import { useEffect } from 'react'
import { useSlice, useStores } from '../../components/context.tsx'
import { useWords } from '../../i18n/i18n.ts'

/** The window's title tells the unread ones, and never a name. */
export function useTitle(): void {
  const { chat, mail } = useSlice(useStores().chats)
  const unread = chat + mail
  const { t } = useWords()
  useEffect(() => {
    document.title = unread > 0 ? `(${unread}) ${t('app.name')}` : t('app.name')
    // Behind the lock the title must not tell how much is unread.
    return () => {
      document.title = t('app.name')
    }
  }, [unread, t])
}
