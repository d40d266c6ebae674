/** The tab that explains why somebody may or may not write to an address. */
import { type FormEvent, useState } from 'react'
import type { Why } from '../../../shared/administration.ts'
import { useSlice, useStores } from '../../components/context.tsx'
import { FailureText } from '../../components/FailureText.tsx'
import { TextField } from '../../components/form/TextField.tsx'
import { Note } from '../../components/Note.tsx'
import { formatDate } from '../../i18n/format.ts'
import { useWords } from '../../i18n/i18n.ts'
import type { May } from '../session.ts'
import { useNaming } from './naming.ts'

function Denied({ denied, may }: { readonly denied: NonNullable<Why['denied']>; readonly may: May }) {
  const { changing } = useStores().administration
  const { t } = useWords()
  const naming = useNaming()
  const { id, rule } = denied
  const words = naming.rule(rule)
  const remove = () =>
    void changing.begin({
      title: t('admin.removeRuleTitle', { rule: words }),
      changes: [{ op: 'rule.remove', id }],
    })
  return (
    <div className="grid justify-items-start gap-2">
      <p>{t('why.denied', { rule: words })}</p>
      {may.administer && (
        <button type="button" className="button button-small" onClick={remove}>
          {t('admin.removeRule')}
        </button>
      )}
    </div>
  )
}

function Answer({ why, may }: { readonly why: Why; readonly may: May }) {
  const { t, language } = useWords()
  const naming = useNaming()
  const { address, listed, admitted, denied, expired, direction } = why
  const user = naming.person(why.user)
  return (
    <Note tone={listed ? 'plain' : 'warn'} icon={listed ? 'check' : 'warning'}>
      <p className="font-semibold">{t(listed ? 'why.listed' : 'why.notListed', { user, address })}</p>
      {admitted.length > 0 && (
        <ul className="list-disc ps-5">
          {admitted.map((one) => (
            <li key={JSON.stringify(one)}>{naming.admission(one)}</li>
          ))}
        </ul>
      )}
      {admitted.length === 0 && <p>{t('why.nothing')}</p>}
      {denied && <Denied denied={denied} may={may} />}
      {expired !== undefined && <p>{t('why.expired', { at: formatDate(language, expired) })}</p>}
      {direction !== undefined && <p>{t(direction === 'send' ? 'why.send' : 'why.receive')}</p>}
    </Note>
  )
}

/** Asks for a user and an address, and shows which rules admit or forbid it. */
export function WhyTab({ may }: { readonly may: May }) {
  const { organisation } = useStores().administration
  const { why, failure, question } = useSlice(organisation)
  const { t } = useWords()
  // A question that was begun at somebody's row stands here already.
  const [user, setUser] = useState(question?.user ?? '')
  const [address, setAddress] = useState(question?.address ?? '')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    void organisation.explain(user.trim(), address.trim())
  }
  return (
    <section className="page-scroll" aria-label={t('adminTab.why')}>
      <div className="measure grid gap-5">
        <p>{t('why.explain')}</p>
        <form className="grid gap-4" onSubmit={submit}>
          <TextField label={t('signIn.user')} value={user} onChange={setUser} />
          <TextField label={t('card.address')} value={address} onChange={setAddress} />
          <button type="submit" className="button button-primary justify-self-end">
            {t('why.ask')}
          </button>
        </form>
        <div aria-live="polite" className="grid gap-3">
          {why && <Answer why={why} may={may} />}
          {failure && (
            <Note tone="danger">
              {failure.kind === 'notFound' ? t('why.unknownUser') : <FailureText failure={failure} />}
            </Note>
          )}
        </div>
      </div>
    </section>
  )
}
