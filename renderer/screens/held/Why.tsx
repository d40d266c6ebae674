import { Note } from '../../components/Note.tsx'
import { heldWords } from '../../components/words.ts'
import { useWords } from '../../i18n/i18n.ts'

type WhyHeld = Parameters<typeof heldWords>[1] & { readonly rule: string }

/** Which rule held it. */
export function Why({ held }: { readonly held: WhyHeld }) {
  const { t } = useWords()
  const rule = t('common.rule', { rule: held.rule })
  return (
    <Note tone="warn" icon="held">
      <p className="font-semibold">{t('common.and', { first: heldWords(t, held), second: rule })}</p>
      <p>{t(`heldMore.${held.reason}`)}</p>
    </Note>
  )
}
