/** The accounts of a demo server, on the sign-in form. */
import { Avatar } from '../../components/Avatar.tsx'
import { useWords } from '../../i18n/i18n.ts'
import type { SignedOut } from '../session.ts'

type Demo = NonNullable<SignedOut['demo']>
type DemoAccount = Demo['accounts'][number]

type DemoAccountsProps = { readonly demo: Demo; readonly onChoose: (account: DemoAccount) => void }

/** The embedded demo server's people: one press fills the form and signs in. */
export function DemoAccounts({ demo, onChoose }: DemoAccountsProps) {
  const { t } = useWords()
  return (
    <section className="grid gap-2 border-t border-line pt-5" aria-label={t('signIn.demoList')}>
      <h2 className="text-sm font-medium text-muted">{t('signIn.demoTitle')}</h2>
      <div className="grid gap-1.5">
        {demo.accounts.map((account) => (
          <button
            key={account.user}
            type="button"
            className="button flex-wrap justify-start gap-x-2.5 gap-y-0 px-2.5 py-1 text-start"
            onClick={() => onChoose(account)}
          >
            <Avatar name={account.name} address={account.user} />
            <span className="flex-[1_1_7rem] wrap-anywhere">{account.name}</span>
            <span className="text-sm font-normal text-muted">{t(`role.${account.role}`)}</span>
          </button>
        ))}
      </div>
    </section>
  )
}
