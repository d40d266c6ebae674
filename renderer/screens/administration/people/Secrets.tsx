/** What lets a user sign in, on screen this once. */
import type { Access } from '../../../../shared/access.ts'
import { Note } from '../../../components/Note.tsx'
import { formatMoment } from '../../../i18n/format.ts'
import { useWords } from '../../../i18n/i18n.ts'
import { Copyable } from '../Copyable.tsx'
import { QrCode } from '../QrCode.tsx'

type Given = Extract<Access, { readonly state: 'given' }>

/** A first password and an enrolment code, each to be copied. */
export function Secrets({ given }: { readonly given: Given }) {
  const { t, language } = useWords()
  const { password, enrolment } = given
  return (
    <>
      <Note tone="warn">{t('access.once')}</Note>
      {password !== undefined && <Copyable label={t('access.passwordLabel')} text={password} />}
      {enrolment && (
        <>
          <QrCode text={enrolment.code} label={t('access.qr')} />
          <Copyable label={t('access.code')} text={enrolment.code} />
          <p className="text-sm text-muted">{t('access.until', { at: formatMoment(language, enrolment.until) })}</p>
        </>
      )}
    </>
  )
}
