/** Which commands and people the palette offers. */
import { addressIdentity } from '../../../shared/address.ts'
import type { Contact } from '../../../shared/contract.ts'
import { useWords } from '../../i18n/i18n.ts'
import { useRefresh } from '../../screens/contacts/use-refresh.ts'
import { screens } from '../../store/navigation.ts'
import { useSlice, useStores } from '../context.tsx'
import type { IconName } from '../Icons.tsx'
import { useFoundPeople } from '../use-found-people.ts'

/** One thing that the palette offers; `person` where it leads to somebody. */
export type Command = {
  readonly id: string
  readonly label: string
  readonly icon: IconName
  readonly person?: Contact
  readonly run: () => void
}

/** Everything that can be done from anywhere, before any search. */
function useFixedCommands(): readonly Command[] {
  const { navigation, compose, session } = useStores()
  const { t } = useWords()
  const { session: state } = useSlice(session)
  // As in the navigation: whoever has no role does not see that there is an administration.
  const isHidden = state?.step !== 'ready' || state.role === 'none'
  const shown = isHidden ? screens.filter((screen) => screen !== 'administration') : screens
  const refresh = useRefresh()
  return [
    ...shown.map((screen) => ({
      id: screen,
      label: t(`nav.${screen}`),
      icon: screen,
      run: () => navigation.go(screen),
    })),
    {
      id: 'compose',
      label: t('mail.compose'),
      icon: 'write',
      run: () => {
        void compose.start({})
        navigation.show('mail')
      },
    },
    { id: 'refresh', label: t('contacts.refresh'), icon: 'refresh', run: () => void refresh() },
    { id: 'lock', label: t('palette.lock'), icon: 'lock', run: () => void session.lock() },
  ]
}

/** Commands under one heading; `value` is the heading, as Base UI names it. */
export type CommandGroup = { readonly value: string; readonly items: readonly Command[] }

/** Commands and people that match, in groups; empty groups are left out. */
export function useCommands(typed: string): readonly CommandGroup[] {
  const { conversation, navigation } = useStores()
  const { t } = useWords()
  const search = typed.trim()
  const fixed = useFixedCommands()
  const people = useFoundPeople(search)
  const commands = fixed.filter(({ label }) => label.toLocaleLowerCase().includes(search.toLocaleLowerCase()))
  const persons = people.map((person): Command => ({
    id: `person ${person.id}`,
    label: person.name,
    icon: 'contacts',
    person,
    run: () => {
      void conversation.open(addressIdentity(person.address))
      navigation.show('chats')
    },
  }))
  return [
    { value: t('palette.people'), items: persons },
    { value: t('palette.commands'), items: commands },
  ].filter(({ items }) => items.length > 0)
}
