/** The tab of rules. */
import { useState } from 'react'
import { useStores } from '../../components/context.tsx'
import { useWords } from '../../i18n/i18n.ts'
import type { May } from '../session.ts'
import { AdminList } from './AdminList.tsx'
import { useNaming } from './naming.ts'
import { kindWords } from './reason-words.ts'
import { RuleDialog } from './RuleDialog.tsx'

/** Shows the rules in force; whoever may adds and removes them. */
export function RulesTab({ may }: { readonly may: May }) {
  const { organisation, changing } = useStores().administration
  const { t } = useWords()
  const naming = useNaming()
  const [adding, setAdding] = useState(false)
  return (
    <>
      {may.administer && (
        <div className="flex flex-wrap justify-end gap-2 px-5 py-3">
          <button type="button" className="button" onClick={() => setAdding(true)}>
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
          main: ({ rule }) => naming.rule(rule),
          sub: ({ rule }) => kindWords(t, rule),
          onOpen: ({ id, rule }) => {
            if (!may.administer) return
            const title = t('admin.removeRuleTitle', { rule: naming.rule(rule) })
            void changing.begin({ title, changes: [{ op: 'rule.remove', id }] })
          },
        }}
      />
      {adding && <RuleDialog onClose={() => setAdding(false)} />}
    </>
  )
}
