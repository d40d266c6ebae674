/** A text with a button that copies it. */
import { useStores } from '../../components/context.tsx'
import { useWords } from '../../i18n/i18n.ts'

/** A text that is taken elsewhere, whole: a command, a password, a code. */
export function Copyable({ label, text }: { readonly label: string; readonly text: string }) {
  const { notices } = useStores()
  const { t } = useWords()
  const copy = async () => {
    await navigator.clipboard.writeText(text)
    notices.say({ about: 'copied' })
  }
  return (
    <figure className="grid gap-1.5" aria-label={label}>
      <figcaption className="text-sm font-medium">{label}</figcaption>
      <div className="flex flex-wrap items-start gap-2">
        <code className="flex-[1_1_10rem] rounded-lg border border-line bg-sunken px-3 py-2 text-sm wrap-anywhere whitespace-pre-line select-all">
          {text}
        </code>
        <button type="button" className="button button-small" onClick={() => void copy()}>
          {t('settings.copy')}
        </button>
      </div>
    </figure>
  )
}
