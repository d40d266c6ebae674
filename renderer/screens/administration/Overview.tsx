/** The first tab: the organisation in numbers, and what waits for somebody. */
import { useSlice, useStores } from '../../components/context.tsx'
import { Facts } from '../../components/Facts.tsx'
import { FailureText } from '../../components/FailureText.tsx'
import { Note } from '../../components/Note.tsx'
import { scrollStop } from '../../components/scroll-stop.ts'
import { formatDate, formatNumber } from '../../i18n/format.ts'
import { useWords } from '../../i18n/i18n.ts'
import { Section } from '../settings/Section.tsx'
import { ImportTroubles } from './ImportTroubles.tsx'
import { RecoveryNews, SecondFactor } from './SecondFactor.tsx'

/** From then on the coming end of the manifest is said loudly. */
// The keys' tab warns 90 days before the end; here, where everybody looks first, stands only what is urgent.
const soonMs = 30 * 24 * 3_600_000

function Waiting() {
  const { administration, clock, session } = useStores()
  const { session: signedIn } = useSlice(session)
  const { overview } = useSlice(administration.organisation)
  const { t } = useWords()
  if (!overview) return null
  const { proposals, requests, pendingDevices, manifest } = overview
  return (
    <>
      {signedIn?.step === 'ready' && signedIn.colleagues === 'unproven' && (
        <Note tone="warn">{t('admin.unproven')}</Note>
      )}
      {manifest.expires - clock.now() < soonMs && <Note tone="warn">{t('admin.manifestSoon')}</Note>}
      {pendingDevices > 0 && <Note>{t('admin.devicesWaiting', { count: pendingDevices })}</Note>}
      {proposals > 0 && <Note>{t('admin.proposalsWaiting', { count: proposals })}</Note>}
      {requests > 0 && <Note>{t('admin.requestsWaiting', { count: requests })}</Note>}
    </>
  )
}

/** Shows the organisation in numbers, what waits, and when the manifest ends. */
export function Overview() {
  const { overview, failure } = useSlice(useStores().administration.organisation)
  const { t, language } = useWords()
  if (failure) {
    return (
      <div className="p-5">
        <Note tone="danger">
          <FailureText failure={failure} />
        </Note>
      </div>
    )
  }
  if (!overview) return null
  const number = (value: number) => formatNumber(language, value)
  const { manifest } = overview
  return (
    <section className="page-scroll" aria-label={t('adminTab.overview')} tabIndex={scrollStop}>
      <div className="measure grid gap-6">
        <RecoveryNews />
        <Waiting />
        <ImportTroubles />
        <Facts
          facts={[
            { term: t('admin.organisation'), text: overview.organisation },
            { term: t('admin.users'), text: number(overview.users) },
            { term: t('admin.active'), text: number(overview.active) },
            { term: t('admin.external'), text: number(overview.external) },
            { term: t('admin.groups'), text: number(overview.groups) },
            { term: t('admin.rules'), text: number(overview.rules) },
          ]}
        />
        <SecondFactor />
        <Section title={t('admin.server')}>
          <Facts
            facts={[
              { term: t('admin.version'), text: overview.version },
              { term: t('admin.manifest'), text: number(manifest.version) },
              { term: t('admin.epoch'), text: number(manifest.epoch) },
              { term: t('admin.manifestEnds'), text: formatDate(language, manifest.expires) },
            ]}
          />
        </Section>
      </div>
    </section>
  )
}
