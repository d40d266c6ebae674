/** The tab of the organisation's policy. */
import type { PolicyChanges } from '../../../shared/administration/change.ts'
import type { AdminOverview } from '../../../shared/administration/readings.ts'
import { useSlice, useStores } from '../../components/context.tsx'
import { Facts } from '../../components/Facts.tsx'
import { Choice } from '../../components/form/Choice.tsx'
import { Toggle } from '../../components/form/Toggle.tsx'
import { scrollStop } from '../../components/scroll-stop.ts'
import { formatNumber } from '../../i18n/format.ts'
import { useWords } from '../../i18n/i18n.ts'
import type { May } from '../session.ts'

/** Days; whatever is in force is among them. */
const leases = [1, 3, 7, 14, 30, 90]

const switches = ['everyone', 'departments', 'domains', 'fourEyes'] as const

type OfPolicy = { readonly policy: AdminOverview['policy'] }

function PolicySwitches({ policy }: OfPolicy) {
  const { changing } = useStores().administration
  const { t, language } = useWords()
  // One switch at a time: each is shown with its effect before it is done, and stays as it is until then.
  const change = (changes: PolicyChanges) =>
    void changing.begin({ title: t('admin.policyTitle'), changes: [{ op: 'policy.set', changes }] })
  return (
    <>
      {switches.map((name) => (
        <Toggle
          key={name}
          label={t(`policy.${name}`)}
          hint={t(`policyHint.${name}`)}
          checked={policy[name]}
          onChange={(checked) => change({ [name]: checked })}
        />
      ))}
      <Toggle
        label={t('policy.reason')}
        hint={t('policyHint.reason')}
        checked={policy.reason === 'required'}
        onChange={(checked) => change({ reason: checked ? 'required' : 'optional' })}
      />
      <Choice
        label={t('admin.approval')}
        value={policy.approval}
        options={(['sponsor', 'administrator', 'none'] as const).map((value) => ({
          value,
          label: t(`adminApproval.${value}`),
        }))}
        onChange={(approval) => change({ approval })}
      />
      <Choice
        label={t('admin.offlineDays')}
        value={String(policy.offlineDays)}
        options={[...new Set([...leases, policy.offlineDays])]
          .sort((a, b) => a - b)
          .map((days) => ({ value: String(days), label: formatNumber(language, days) }))}
        onChange={(days) => change({ offlineDays: Number(days) })}
      />
      <Choice
        label={t('admin.onExpiry')}
        value={policy.onExpiry}
        options={(['block', 'internal'] as const).map((value) => ({ value, label: t(`adminExpiry.${value}`) }))}
        onChange={(onExpiry) => change({ onExpiry })}
      />
    </>
  )
}

/** For whoever may only look. */
function PolicyFacts({ policy }: OfPolicy) {
  const { t, language } = useWords()
  const yes = (value: boolean) => t(value ? 'admin.on' : 'admin.off')
  return (
    <Facts
      facts={[
        ...switches.map((name) => ({ term: t(`policy.${name}`), text: yes(policy[name]) })),
        { term: t('policy.reason'), text: yes(policy.reason === 'required') },
        { term: t('admin.approval'), text: t(`adminApproval.${policy.approval}`) },
        { term: t('admin.offlineDays'), text: formatNumber(language, policy.offlineDays) },
        { term: t('admin.onExpiry'), text: t(`adminExpiry.${policy.onExpiry}`) },
      ]}
    />
  )
}

/** Shows how the organisation makes its lists; whoever may changes it. */
export function PolicyTab({ may }: { readonly may: May }) {
  const { overview } = useSlice(useStores().administration.organisation)
  const { t } = useWords()
  if (!overview) return null
  const { policy } = overview
  return (
    <section className="page-scroll" aria-label={t('adminTab.policy')} tabIndex={scrollStop}>
      <div className="measure grid gap-5">
        {may.administer ? <PolicySwitches policy={policy} /> : <PolicyFacts policy={policy} />}
      </div>
    </section>
  )
}
