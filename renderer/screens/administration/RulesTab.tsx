/** The tab of rules and of the organisation's policy. */
import { useState } from 'react'
import type { PolicyChanges } from '../../../shared/administration/change.ts'
import type { AdminOverview } from '../../../shared/administration/readings.ts'
import { useSlice, useStores } from '../../components/context.tsx'
import { Choice } from '../../components/form/Choice.tsx'
import { Toggle } from '../../components/form/Toggle.tsx'
import { Modal } from '../../components/Modal.tsx'
import { formatNumber } from '../../i18n/format.ts'
import { useWords } from '../../i18n/i18n.ts'
import type { May } from '../session.ts'
import { AdminList } from './AdminList.tsx'
import { kindWords, ruleWords } from './reason-words.ts'
import { RuleDialog } from './RuleDialog.tsx'

/** Days; whatever is in force is among them. */
const leases = [1, 3, 7, 14, 30, 90]

const switches = ['everyone', 'departments', 'domains', 'fourEyes'] as const

function PolicyDialog({ policy, onClose }: { readonly policy: AdminOverview['policy']; readonly onClose: () => void }) {
  const { changing } = useStores().administration
  const { t, language } = useWords()
  // One switch at a time: each is shown with its effect before it is done, so the dialog closes at once.
  const change = (changes: PolicyChanges) => {
    onClose()
    void changing.begin({ title: t('admin.policyTitle'), changes: [{ op: 'policy.set', changes }] })
  }
  return (
    <Modal open onClose={onClose} title={t('admin.policy')}>
      <div className="grid gap-5">
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
      </div>
    </Modal>
  )
}

/** Shows the policy and the rules in force; whoever may changes both. */
export function RulesTab({ may }: { readonly may: May }) {
  const { organisation, changing } = useStores().administration
  const { overview } = useSlice(organisation)
  const { t } = useWords()
  const [dialog, setDialog] = useState<'rule' | 'policy'>()
  const close = () => setDialog(undefined)
  return (
    <>
      {may.administer && (
        <div className="flex flex-wrap justify-end gap-2 px-5 py-3">
          <button type="button" className="button" onClick={() => setDialog('policy')}>
            {t('admin.policy')}
          </button>
          <button type="button" className="button" onClick={() => setDialog('rule')}>
            {t('admin.addRule')}
          </button>
        </div>
      )}
      {may.administer && <p className="px-5 pb-2 text-sm text-muted">{t('admin.ruleHint')}</p>}
      <AdminList
        list={organisation.rules}
        line={{
          label: t('adminTab.rules'),
          empty: t('admin.noRules'),
          main: ({ rule }) => ruleWords(t, rule),
          sub: ({ rule }) => kindWords(t, rule),
          onOpen: ({ id, rule }) => {
            if (!may.administer) return
            const title = t('admin.removeRuleTitle', { rule: ruleWords(t, rule) })
            void changing.begin({ title, changes: [{ op: 'rule.remove', id }] })
          },
        }}
      />
      {dialog === 'policy' && overview && <PolicyDialog policy={overview.policy} onClose={close} />}
      {dialog === 'rule' && <RuleDialog onClose={close} />}
    </>
  )
}
