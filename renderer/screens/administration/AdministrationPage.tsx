/** The section for those with a role: its tabs, and the gate before them. */
import { useEffect } from 'react'
import { assertNever } from '../../../shared/rpc.ts'
import { useSlice, useStores } from '../../components/context.tsx'
import { useWords } from '../../i18n/i18n.ts'
import { type AdminTab, adminTabs } from '../../store/administration/administration.ts'
import { type May, mayOf, type Ready } from '../session.ts'
import { AuditTab } from './AuditTab.tsx'
import { ChangeDialog } from './ChangeDialog.tsx'
import { GroupsTab } from './GroupsTab.tsx'
import { KeysTab } from './keys/KeysTab.tsx'
import { OpenGate } from './OpenGate.tsx'
import { Overview } from './Overview.tsx'
import { AccessDialog } from './people/AccessDialog.tsx'
import { UsersTab } from './people/UsersTab.tsx'
import { PolicyTab } from './PolicyTab.tsx'
import { ProposalsTab } from './ProposalsTab.tsx'
import { RulesTab } from './RulesTab.tsx'
import { WhyTab } from './WhyTab.tsx'

function contentOf(tab: AdminTab, may: May) {
  switch (tab) {
    case 'overview':
      return <Overview />
    case 'users':
      return <UsersTab may={may} />
    case 'groups':
      return <GroupsTab may={may} />
    case 'rules':
      return <RulesTab may={may} />
    case 'policy':
      return <PolicyTab may={may} />
    case 'proposals':
      return <ProposalsTab may={may} />
    case 'audit':
      return <AuditTab may={may} />
    case 'why':
      return <WhyTab may={may} />
    case 'keys':
      return <KeysTab may={may} />
    default:
      return assertNever(tab)
  }
}

/** Brings a tab into view that lies beyond the edge. */
function showWhole(button: HTMLElement | null): void {
  button?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
}

function Tabs({ tab }: { readonly tab: AdminTab }) {
  const { administration } = useStores()
  const { t } = useWords()
  return (
    <nav className="admin-tabs" aria-label={t('nav.administration')}>
      {adminTabs.map((one) => (
        <button
          key={one}
          type="button"
          className="button button-quiet button-small admin-tab"
          aria-current={one === tab ? 'page' : undefined}
          onClick={() => administration.show(one)}
          ref={one === tab ? showWhole : undefined}
        >
          {t(`adminTab.${one}`)}
        </button>
      ))}
    </nav>
  )
}

/** Shows the gate until the administration is open, then the tabs and the chosen one. */
export function AdministrationPage({ session }: { readonly session: Ready }) {
  const { administration } = useStores()
  const { state } = useSlice(administration.opening)
  const { tab } = useSlice(administration)
  const { t } = useWords()
  useEffect(() => {
    // Asked each time that the section comes on screen: the administration closes by itself after a while.
    void administration.enter()
  }, [administration])
  const isOpen = state?.step === 'open'
  return (
    <>
      <header className="bar bar-line">
        <h2 className="title">{t('nav.administration')}</h2>
        {isOpen && (
          <button type="button" className="button button-small" onClick={() => void administration.opening.close()}>
            {t('admin.close')}
          </button>
        )}
      </header>
      {isOpen ? (
        <>
          <Tabs tab={tab} />
          {contentOf(tab, mayOf(session.role))}
          <ChangeDialog />
          <AccessDialog />
        </>
      ) : (
        <OpenGate />
      )}
    </>
  )
}
