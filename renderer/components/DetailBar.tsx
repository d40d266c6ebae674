/** The bar above whatever the right column shows. */
import type { ReactNode } from 'react'
import { useWords } from '../i18n/i18n.ts'
import { useStores } from './context.tsx'
import { IconButton } from './IconButton.tsx'

/** The top of the right column; in a narrow window with the way back to the list, for which it then stands alone. */
export function DetailBar({ children }: { readonly children?: ReactNode }) {
  const { navigation } = useStores()
  const { t } = useWords()
  return (
    <header className={`bar ${children === undefined ? 'bar-back' : 'bar-line'}`}>
      <IconButton label={t('common.back')} icon="back" onClick={navigation.back} className="shell-back" />
      {children}
    </header>
  )
}
