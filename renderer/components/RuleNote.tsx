/** The number of a guard's rule, for administrators who look it up. */
import { useWords } from '../i18n/i18n.ts'

/** Small, beside the sentence that says what it is and what to do. */
export function RuleNote({ rule }: { readonly rule: string }) {
  const { t } = useWords()
  if (rule === '') return null
  return <small className="text-xs font-normal whitespace-nowrap text-muted">{t('common.rule', { rule })}</small>
}
