/** One field of recipients in the composer. */
import { Combobox } from '@base-ui/react/combobox'
import { type ClipboardEvent, type KeyboardEvent, type RefObject, useId, useRef, useState } from 'react'
import { addressIdentity, shownAddress } from '../../../shared/address.ts'
import { Avatar } from '../../components/Avatar.tsx'
import { useSlice, useStores } from '../../components/context.tsx'
import { Icon } from '../../components/Icons.tsx'
import { useFoundPeople } from '../../components/use-found-people.ts'
import { useWords } from '../../i18n/i18n.ts'
import { asChip, type Chip, type RecipientLine } from '../../store/compose-state.ts'

/** Keys that finish an address that was typed by hand. */
const finishingKeys = [',', ';', '，', '；']

function ChipView({ chip }: { readonly chip: Chip }) {
  const { t } = useWords()
  const address = chip.verdict === 'allowed' ? chip.address : shownAddress(chip.address)
  const shown = chip.name || address
  const refused = chip.verdict === 'refused'
  return (
    <Combobox.Chip
      className={`chip ${refused ? 'chip-refused' : ''}`}
      title={address}
      aria-label={chip.name === '' ? address : t('contacts.name', { name: chip.name, address })}
    >
      {refused && <Icon name="warning" size={15} />}
      <span className="wrap-anywhere">{shown}</span>
      <Combobox.ChipRemove className="chip-remove" aria-label={t('compose.remove', { name: shown })}>
        <Icon name="close" size={13} />
      </Combobox.ChipRemove>
    </Combobox.Chip>
  )
}

/**
 * The list without Base UI's own popup, which would hide the rest of the page from assistive technology although the
 * focus stays in the field; and inside the line, so that it belongs to the page's main part.
 */
function Suggestions({ line }: { readonly line: RefObject<HTMLDivElement | null> }) {
  const { t } = useWords()
  return (
    <Combobox.Portal container={line}>
      <Combobox.Positioner sideOffset={6} align="start" className="z-30">
        <div className="popup">
          <Combobox.List aria-label={t('compose.suggestions')}>
            {(chip: Chip) => (
              <Combobox.Item key={chip.address} value={chip} className="option">
                <Avatar name={chip.name} address={chip.address} />
                <span className="row-text">
                  <span className="row-main">{chip.name}</span>
                  <span className="row-sub">{chip.address}</span>
                </span>
              </Combobox.Item>
            )}
          </Combobox.List>
        </div>
      </Combobox.Positioner>
    </Combobox.Portal>
  )
}

/** Nobody in the whitelist has such a name. A whole address is marked and offers the same beside its rule. */
function Nobody() {
  const { requests } = useStores()
  const { t } = useWords()
  return (
    <output className="compose-nobody">
      <span>{t('contacts.noMatch')}</span>
      <button type="button" className="button button-small" onClick={() => requests.begin()}>
        {t('requests.request')}
      </button>
    </output>
  )
}

/** What the field does beside choosing from the list: taking typed and pasted addresses, listed or not. */
function useTaking(field: RecipientLine) {
  const { compose } = useStores()
  const typed = () => compose.store.getState().typed[field]
  const take = () => {
    if (typed().trim() !== '') void compose.add(field, typed())
  }
  return {
    /** A word without @ may still become a search again; it is only taken when it is sent. */
    onBlur: () => typed().includes('@') && take(),
    onPaste: (event: ClipboardEvent) => {
      const text = event.clipboardData.getData('text')
      if (!text.includes('@')) return
      event.preventDefault()
      void compose.add(field, text)
    },
    onKeyDown: (event: KeyboardEvent<HTMLInputElement>) => {
      if (event.nativeEvent.isComposing) return
      const finishes = finishingKeys.includes(event.key) && typed().includes('@')
      // With a suggestion marked, Enter chooses it: that is the list's to do.
      const chosen = event.currentTarget.getAttribute('aria-activedescendant')
      if (!finishes && !(event.key === 'Enter' && !chosen)) return
      event.preventDefault()
      take()
    },
  }
}

/** Shows the field's recipients, each with the guard's opinion, and offers people while one types. */
export function RecipientField({ field }: { readonly field: RecipientLine }) {
  const { compose } = useStores()
  const { [field]: chips, typed } = useSlice(compose)
  const { t } = useWords()
  const id = useId()
  const line = useRef<HTMLDivElement>(null)
  const { people, nobody } = useFoundPeople(typed[field])
  const found = people.map(asChip)
  const taking = useTaking(field)
  // Escape closes the suggestions for these words; the next letter opens them again.
  const [dismissed, setDismissed] = useState('')
  const open = found.length > 0 && typed[field] !== dismissed
  return (
    <Combobox.Root<Chip, true>
      multiple
      items={found}
      filter={null}
      autoHighlight
      openOnInputClick={false}
      open={open}
      onOpenChange={(next) => next || setDismissed(typed[field])}
      value={[...chips]}
      onValueChange={(next) => void compose.setChips(field, next)}
      inputValue={typed[field]}
      onInputValueChange={(text) => compose.setTyped(field, text)}
      itemToStringLabel={(chip) => chip.name || chip.address}
      isItemEqualToValue={(a, b) => addressIdentity(a.address) === addressIdentity(b.address)}
    >
      <div className="compose-line" ref={line}>
        <label htmlFor={id} className="compose-label">
          {t(`compose.${field}`)}
        </label>
        <Combobox.Chips className="chips" aria-label={chips.length > 0 ? t('compose.chosen') : undefined}>
          {chips.map((chip) => (
            <ChipView key={chip.address} chip={chip} />
          ))}
          <Combobox.Input id={id} className="chip-input" {...taking} />
        </Combobox.Chips>
      </div>
      {open && <Suggestions line={line} />}
      {nobody && !typed[field].includes('@') && <Nobody />}
    </Combobox.Root>
  )
}
