/** The tab of the organisation's keys and of the manifest that lists them. */
import { useEffect } from 'react'
import { type KeyStep, type KeysView, type RotatingKey, rotatingKeys } from '../../../../shared/key-steps.ts'
import { useSlice, useStores } from '../../../components/context.tsx'
import { Facts } from '../../../components/Facts.tsx'
import { FailureText } from '../../../components/FailureText.tsx'
import { Note } from '../../../components/Note.tsx'
import { scrollStop } from '../../../components/scroll-stop.ts'
import { formatDate, formatNumber } from '../../../i18n/format.ts'
import { useWords } from '../../../i18n/i18n.ts'
import type { May } from '../../session.ts'
import { Section } from '../../settings/Section.tsx'
import { Copyable } from '../Copyable.tsx'
import { type Commanding, stepCommand } from './key-commands.ts'
import { KeyList } from './KeyList.tsx'
import { RootKeys } from './RootKeys.tsx'

/** `commanding` is absent for whoever may only look. */
type OfKeys = { readonly keys: KeysView; readonly commanding: Commanding | undefined }
type StepProps = { readonly step: KeyStep; readonly label: string; readonly title: string; readonly warning?: string }

/** Done from here where the server can; else the command that does it there. */
function Step({ here, commanding, ...props }: StepProps & { readonly here: boolean; readonly commanding: Commanding }) {
  const { changing } = useStores().administration
  const { step, label, title, warning } = props
  if (!here) return <Copyable label={title} text={stepCommand(step, commanding)} />
  const begin = () =>
    void changing.begin({ title, keyStep: step, deed: label, ...(warning !== undefined && { warning }) })
  return (
    <button
      type="button"
      className={`button justify-self-start ${warning === undefined ? '' : 'button-danger'}`}
      onClick={begin}
    >
      {label}
    </button>
  )
}

function KeySteps({ name, keys, commanding }: OfKeys & { readonly name: RotatingKey }) {
  const { t } = useWords()
  if (!commanding) return null
  const facts = keys.keys.filter((fact) => fact.name === name)
  const listed = facts.filter(({ state }) => state === 'inUse' || state === 'listed')
  // The policy key may be on another machine: then no step that it has to sign can be done from here.
  const isAway = name === 'policy' && !facts.some(({ here, state }) => here && state === 'inUse')
  const common = { here: keys.missing === 0, commanding }
  const key = t(`keyName.${name}`)
  return (
    <>
      {isAway && <Note>{t('keys.policyAway')}</Note>}
      {facts.some(({ state }) => state === 'next') && <Note tone="warn">{t('keys.unfinished')}</Note>}
      <div className={common.here ? 'flex flex-wrap gap-2' : 'grid gap-4'}>
        <Step
          {...common}
          here={common.here && !isAway}
          step={{ step: 'rotate', key: name, stolen: false }}
          label={t('keys.rotate')}
          title={t('keys.rotateTitle', { key })}
        />
        {listed.length > 1 && (
          <Step
            {...common}
            step={{ step: 'retire', key: name }}
            label={t('keys.retire')}
            title={t('keys.retireTitle', { key })}
          />
        )}
        <Step
          {...common}
          here={common.here && !isAway}
          step={{ step: 'rotate', key: name, stolen: true }}
          label={t('keys.stolen')}
          title={t('keys.stolenTitle', { key })}
          warning={t(name === 'policy' ? 'keys.stolenPolicyWarning' : 'keys.stolenWarning')}
        />
      </div>
    </>
  )
}

/** From then on the coming end of the manifest is said loudly. */
const soonMs = 90 * 24 * 3_600_000

function Manifest({ keys, commanding }: OfKeys) {
  const { clock, administration } = useStores()
  const { t, language } = useWords()
  const { version, epoch, expires } = keys
  return (
    <div className="grid gap-4">
      {expires - clock.now() < soonMs && <Note tone="warn">{t('keys.endsSoon')}</Note>}
      <Facts
        facts={[
          { term: t('admin.manifest'), text: formatNumber(language, version) },
          { term: t('admin.epoch'), text: formatNumber(language, epoch) },
          { term: t('admin.manifestEnds'), text: formatDate(language, expires) },
        ]}
      />
      {keys.missing > 0 && <Note>{t('keys.elsewhere', { count: keys.missing })}</Note>}
      <div className={keys.missing === 0 ? 'flex flex-wrap gap-2' : 'grid gap-4'}>
        {commanding && (
          <Step
            here={keys.missing === 0}
            commanding={commanding}
            step={{ step: 'renew' }}
            label={t('keys.renew')}
            title={t('keys.renewTitle')}
          />
        )}
        <button type="button" className="button justify-self-start" onClick={() => void administration.keys.load()}>
          {t('keys.look')}
        </button>
      </div>
    </div>
  )
}

/** Every key of the organisation, and what can be done to it from here. */
export function KeysTab({ may }: { readonly may: May }) {
  const { administration } = useStores()
  const { keys, failure } = useSlice(administration.keys)
  const isReasonNeeded = useSlice(administration.organisation).overview?.policy.reason === 'required'
  const { t } = useWords()
  useEffect(() => {
    // Back from a terminal: what was done there shows.
    const look = () => void administration.keys.load()
    window.addEventListener('focus', look)
    return () => window.removeEventListener('focus', look)
  }, [administration])
  const commanding = may.administer && keys ? { missing: keys.missing, reason: isReasonNeeded } : undefined
  return (
    <section className="page-scroll" aria-label={t('adminTab.keys')} tabIndex={scrollStop}>
      <div className="measure grid gap-6">
        {failure && (
          <Note tone="danger">
            <FailureText failure={failure} />
          </Note>
        )}
        {keys && (
          <>
            <Manifest keys={keys} commanding={commanding} />
            {rotatingKeys.map((name) => (
              <Section key={name} title={t(`keyName.${name}`)}>
                <p className="text-sm text-muted">{t(`keyDoes.${name}`)}</p>
                <KeyList facts={keys.keys.filter((fact) => fact.name === name)} />
                <KeySteps name={name} keys={keys} commanding={commanding} />
              </Section>
            ))}
            <RootKeys keys={keys} commanding={commanding} />
          </>
        )}
      </div>
    </section>
  )
}
