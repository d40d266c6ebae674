/** The recipients whom the guard refuses, in the composer. */
import { useSlice, useStores } from '../../components/context.tsx'
import { Note } from '../../components/Note.tsx'
import { RuleNote } from '../../components/RuleNote.tsx'
import { refusalWords } from '../../components/words.ts'
import { useWords } from '../../i18n/i18n.ts'
import { type Chip, refusedChips } from '../../store/compose-state.ts'

function RefusedLine({ chip }: { readonly chip: Chip }) {
  const { requests } = useStores()
  const { t } = useWords()
  const { address, rule = '', reason = '' } = chip
  return (
    <li className="flex flex-wrap items-center justify-between gap-2">
      <span>
        {refusalWords(t, { address, reason })} <RuleNote rule={rule} />
      </span>
      {reason === 'notListed' && (
        <button type="button" className="button button-small" onClick={() => requests.begin(address)}>
          {t('requests.request')}
        </button>
      )}
    </li>
  )
}

/** Who is refused, and by which rule: until they are removed nothing is sent (O1). */
export function Refused({ id }: { readonly id: string }) {
  const refused = refusedChips(useSlice(useStores().compose))
  const { t } = useWords()
  return (
    <div id={id} role="alert" className="empty:absolute">
      {refused.length > 0 && (
        <Note tone="danger">
          <p className="font-medium">{t('compose.why')}</p>
          <ul className="grid gap-1.5">
            {refused.map((chip) => (
              <RefusedLine key={chip.address} chip={chip} />
            ))}
          </ul>
        </Note>
      )}
    </div>
  )
}
