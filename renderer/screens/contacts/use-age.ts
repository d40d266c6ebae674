/** The age of something, in words. */
import { useNow } from '../../components/context.tsx'
import { formatAge } from '../../i18n/format.ts'
import { useWords } from '../../i18n/i18n.ts'

/** How often a text such as "3 minutes ago" is looked at again. */
const ageTick = 10_000

/** How long ago, in words that move on by themselves. */
export function useAge(at: number): string {
  const { t, language } = useWords()
  const now = useNow(ageTick)
  return at === 0 ? t('time.never') : (formatAge(language, at, now) ?? t('time.justNow'))
}
