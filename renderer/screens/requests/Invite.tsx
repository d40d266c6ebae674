/** Making an invitation, as text and QR code. */
import { useId } from 'react'
import { renderSVG } from 'uqr'
import { useSlice, useStores } from '../../components/context.tsx'
import { formatDate } from '../../i18n/format.ts'
import { useWords } from '../../i18n/i18n.ts'
import type { Invitation } from '../../store/requests.ts'

/** Modules of white around the picture: as many as readers want. */
const quietZone = 4

/** Black on white whatever the theme: cameras want it so. The policy lets the page show pictures out of data. */
function Picture({ text, label }: { readonly text: string; readonly label: string }) {
  const svg = renderSVG(text, { border: quietZone })
  return <img alt={label} src={`data:image/svg+xml,${encodeURIComponent(svg)}`} className="size-44 rounded-lg" />
}

function Made({ invitation }: { readonly invitation: Invitation }) {
  const { notices } = useStores()
  const { t, language } = useWords()
  const id = useId()
  const copy = async () => {
    await navigator.clipboard.writeText(invitation.text)
    notices.say({ about: 'copied' })
  }
  return (
    <div className="grid w-full justify-items-start gap-3">
      <Picture text={invitation.text} label={t('requests.picture')} />
      <label htmlFor={id} className="text-sm font-medium">
        {t('requests.invitation')}
      </label>
      <div className="flex w-full flex-wrap gap-2">
        <input id={id} className="input flex-1 font-mono text-sm" readOnly value={invitation.text} />
        <button type="button" className="button" onClick={() => void copy()}>
          {t('settings.copy')}
        </button>
      </div>
      <p className="text-sm text-muted">
        {t('requests.invitationUntil', { date: formatDate(language, invitation.expiresAt) })}
      </p>
    </div>
  )
}

/** Makes an invitation and shows it. Whoever has it may use it once, and becomes a contact without an answer. */
export function Invite() {
  const { requests, notices } = useStores()
  const { invitation } = useSlice(requests)
  const { t } = useWords()
  const id = useId()
  const make = async () => {
    const result = await requests.invite()
    if (!result.ok) notices.say({ about: 'failure', failure: result.failure })
  }
  return (
    <section className="grid justify-items-start gap-3" aria-labelledby={id}>
      <h3 id={id} className="font-semibold">
        {t('requests.invite')}
      </h3>
      <p className="text-sm text-muted">{t('requests.inviteHint')}</p>
      {invitation && <Made invitation={invitation} />}
      <button type="button" className="button" onClick={() => void make()}>
        {t('requests.makeInvitation')}
      </button>
    </section>
  )
}
