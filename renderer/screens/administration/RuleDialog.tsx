/** The dialog for a new rule. */
import { type FormEvent, useState } from 'react'
import type { Change } from '../../../shared/administration/change.ts'
import { useStores } from '../../components/context.tsx'
import { Choice } from '../../components/form/Choice.tsx'
import { TextField } from '../../components/form/TextField.tsx'
import { Modal } from '../../components/Modal.tsx'
import { useWords } from '../../i18n/i18n.ts'

type Kind = 'deny' | 'open' | 'domain'
type Texts = { readonly a: string; readonly b: string }

const unitHint = { hint: 'admin.unitHint', bHint: 'admin.unitHint' } as const
const labels = {
  deny: { a: 'admin.denyWhat', b: 'admin.denyWho', hint: 'admin.denyHint', bHint: 'admin.denyWhoHint' },
  open: { a: 'admin.openA', b: 'admin.openB', ...unitHint },
  domain: { a: 'admin.domain', b: 'admin.domainFor', ...unitHint, hint: 'admin.domainHint' },
} as const satisfies Record<Kind, object>

function changeOf(kind: Kind, { a, b }: Texts): Change {
  if (kind === 'open') return { op: 'rule.open', a, b }
  if (kind === 'domain') return { op: 'rule.domain', domain: a, for: b }
  // Without a user it denies to everybody.
  return { op: 'rule.deny', what: a, ...(b === '' ? {} : { user: b }) }
}

/** Asks which rule is to be added, and for whom. */
export function RuleDialog({ onClose }: { readonly onClose: () => void }) {
  const { changing } = useStores().administration
  const { t } = useWords()
  const [kind, setKind] = useState<Kind>('deny')
  const [texts, setTexts] = useState<Texts>({ a: '', b: '' })
  const words = labels[kind]
  const submit = (event: FormEvent) => {
    event.preventDefault()
    onClose()
    const change = changeOf(kind, { a: texts.a.trim(), b: texts.b.trim() })
    void changing.begin({ title: t(`ruleKind.${kind}`), changes: [change] })
  }
  return (
    <Modal open onClose={onClose} title={t('admin.addRule')}>
      <form className="grid gap-4" onSubmit={submit}>
        <Choice
          label={t('admin.ruleKind')}
          value={kind}
          options={(['deny', 'open', 'domain'] as const).map((value) => ({ value, label: t(`ruleKind.${value}`) }))}
          onChange={setKind}
        />
        <TextField
          label={t(words.a)}
          hint={t(words.hint)}
          value={texts.a}
          onChange={(a) => setTexts({ ...texts, a })}
        />
        <TextField
          label={t(words.b)}
          hint={t(words.bHint)}
          value={texts.b}
          onChange={(b) => setTexts({ ...texts, b })}
          optional={kind === 'deny'}
        />
        <button type="submit" className="button button-primary justify-self-end">
          {t('admin.next')}
        </button>
      </form>
    </Modal>
  )
}
