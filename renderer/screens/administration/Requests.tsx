/** Contact requests and kept messages, for those who decide about them. */
import { shownAddress } from '../../../shared/address.ts'
import type { AdminRequest } from '../../../shared/administration.ts'
import type { ReleaseRequest } from '../../../shared/quarantine.ts'
import { useStores } from '../../components/context.tsx'
import { heldWords } from '../../components/words.ts'
import { formatMoment } from '../../i18n/format.ts'
import { type Translate, useWords } from '../../i18n/i18n.ts'
import type { May } from '../session.ts'
import { type Naming, useNaming } from './naming.ts'

type RequestProps = { readonly request: AdminRequest; readonly may: May }

function Buttons({ request }: { readonly request: AdminRequest }) {
  const { changing } = useStores().administration
  const { t } = useWords()
  const naming = useNaming()
  const { id, address, scope, waits } = request
  const user = naming.person(request.user)
  // What waits for the other side is not for us to accept, and a rule is changed first.
  const isReady = waits === 'administrator' || waits === 'sponsor'
  return (
    <div className="flex flex-wrap gap-2">
      {isReady && (
        <button
          type="button"
          className="button button-small button-primary"
          onClick={() =>
            void changing.begin({
              title: t('admin.linkTitle', { user, address }),
              changes: [{ op: 'request.link', id, scope }],
            })
          }
        >
          {t('change.approve')}
        </button>
      )}
      <button
        type="button"
        className="button button-small button-danger"
        onClick={() =>
          void changing.begin({ title: t('admin.refuseTitle', { user }), changes: [{ op: 'request.refuse', id }] })
        }
      >
        {t('change.decline')}
      </button>
    </div>
  )
}

function OneRequest({ request, may }: RequestProps) {
  const { t, language } = useWords()
  const { note, at, scope, waits = 'nobody', sponsor } = request
  const naming = useNaming()
  const whom = sponsor === undefined || waits !== 'sponsor' ? [] : [naming.person(sponsor)]
  return (
    <li className="grid gap-2 border-t border-line pt-4 first:border-0 first:pt-0">
      <p className="font-medium">{t('admin.requestLine', sidesOf(naming, request))}</p>
      <p className="text-sm text-muted">
        {[t(`requestWaits.${waits}`), ...whom, t(`card.${scope}`), formatMoment(language, at)].join(' · ')}
      </p>
      {note !== '' && <p>{note}</p>}
      {may.operate && <Buttons request={request} />}
    </li>
  )
}

/** Who asked, and whom for: by name where the other side has an account. */
function sidesOf(naming: Naming, { user, address, peer }: AdminRequest) {
  return { user: naming.person(user), address: peer === '' ? address : `${naming.person(peer)}, ${address}` }
}

/** What became of earlier ones. */
export function EndedRequests({ requests }: { readonly requests: readonly AdminRequest[] }) {
  const { t, language } = useWords()
  const naming = useNaming()
  return (
    <ul className="grid gap-3" aria-label={t('waiting.requestsDone')}>
      {requests.map((request) => (
        <li key={request.id} className="grid gap-1">
          <p>{t('admin.requestLine', sidesOf(naming, request))}</p>
          <p className="text-sm text-muted">
            {[endWords(t, request.state), formatMoment(language, request.at)].filter((text) => text !== '').join(' · ')}
          </p>
        </li>
      ))}
    </ul>
  )
}

function endWords(t: Translate, state: AdminRequest['state']): string {
  return state === 'asked' || state === 'accepted' ? '' : t(`requestEnded.${state}`)
}

/** Wishes of users to be contacts. */
export function Requests({ requests, may }: { readonly requests: readonly AdminRequest[]; readonly may: May }) {
  const { t } = useWords()
  return (
    <ul className="grid gap-5" aria-label={t('admin.requests')}>
      {requests.map((request) => (
        <OneRequest key={request.id} request={request} may={may} />
      ))}
    </ul>
  )
}

function ReleaseButtons({ release: { user, id, claimedAddress: address } }: { readonly release: ReleaseRequest }) {
  const { changing } = useStores().administration
  const { t } = useWords()
  const naming = useNaming()
  // A decision is a change like others, so it is tried, shown and written to the log.
  const begin = (op: 'quarantine.release' | 'quarantine.refuse', title: string) =>
    void changing.begin({ title, changes: [{ op, user, message: id }] })
  return (
    <div className="flex flex-wrap gap-2">
      <button
        type="button"
        className="button button-small button-primary"
        onClick={() => begin('quarantine.release', t('admin.releaseTitle', { user: naming.person(user), address }))}
      >
        {t('change.approve')}
      </button>
      <button
        type="button"
        className="button button-small button-danger"
        onClick={() => begin('quarantine.refuse', t('admin.keepTitle', { address }))}
      >
        {t('change.decline')}
      </button>
    </div>
  )
}

/** Messages in quarantine that their users ask for. */
export function Releases({ releases, may }: { readonly releases: readonly ReleaseRequest[]; readonly may: May }) {
  const { t, language } = useWords()
  const naming = useNaming()
  return (
    <ul className="grid gap-5" aria-label={t('admin.releases')}>
      {releases.map((release) => (
        <li key={release.id} className="grid gap-2 border-t border-line pt-4 first:border-0 first:pt-0">
          <p className="font-medium">
            {t('admin.releaseLine', {
              user: naming.person(release.user),
              address: shownAddress(release.claimedAddress) || t('held.noSender'),
            })}
          </p>
          <p className="text-sm text-muted">
            {[heldWords(t, release), formatMoment(language, release.at)].join(' · ')}
          </p>
          <p>{release.subject || t('held.noSubject')}</p>
          {may.operate && <ReleaseButtons release={release} />}
        </li>
      ))}
    </ul>
  )
}
