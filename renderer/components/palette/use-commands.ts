/** Which commands and people the palette offers. */
import { addressIdentity } from '../../../shared/address.ts'
import type { Contact } from '../../../shared/contract.ts'
import { type PageDeed, placeDeeds } from '../../../shared/keys.ts'
import { useWords } from '../../i18n/i18n.ts'
import { requestedAddress } from '../../store/recipients.ts'
import { useStores } from '../context.tsx'
import type { IconName } from '../Icons.tsx'
import { useDeeds, useScreens } from '../keys/use-deeds.ts'
import { useFoundPeople } from '../use-found-people.ts'

/** One thing that the palette offers; `person` where it leads to somebody. */
export type Command = {
  readonly id: string
  readonly label: string
  readonly icon: IconName
  readonly person?: Contact
  /** What it is about, below the label. */
  readonly about?: string
  /** The key that does the same from everywhere. */
  readonly deed?: PageDeed
  readonly run: () => void
}

/** Everything that can be done from anywhere, before any search. */
function useFixedCommands(): readonly Command[] {
  const { navigation, compose, session } = useStores()
  const { t } = useWords()
  // As in the navigation: whoever has no role does not see that there is an administration.
  const screens = useScreens()
  const deeds = useDeeds()
  return [
    ...screens.map((screen, index): Command => {
      const deed = placeDeeds[index] ?? 'settings'
      return { id: screen, label: t(`nav.${screen}`), icon: screen, deed, run: () => navigation.go(screen) }
    }),
    {
      id: 'compose',
      label: t('mail.compose'),
      icon: 'write',
      run: () => {
        void compose.start({})
        navigation.show('mail')
      },
    },
    { id: 'refresh', label: t('contacts.refresh'), icon: 'refresh', deed: 'refresh', run: deeds.refresh },
    { id: 'keys', label: t('shortcut.title'), icon: 'info', deed: 'keys', run: deeds.keys },
    { id: 'lock', label: t('palette.lock'), icon: 'lock', run: () => void session.lock() },
  ]
}

/** Commands under one heading; `value` is the heading, as Base UI names it. */
export type CommandGroup = { readonly value: string; readonly items: readonly Command[] }

/** Commands and people that match, in groups; empty groups are left out. */
export function useCommands(typed: string): readonly CommandGroup[] {
  const { conversation, navigation, requests } = useStores()
  const { t } = useWords()
  const search = typed.trim()
  const fixed = useFixedCommands()
  const { people, nobody } = useFoundPeople(search)
  const commands = fixed.filter(({ label }) => label.toLocaleLowerCase().includes(search.toLocaleLowerCase()))
  const persons = people.map((person): Command => ({
    id: `person ${person.id}`,
    label: person.name,
    icon: 'contacts',
    person,
    about: person.address,
    run: () => {
      void conversation.open(addressIdentity(person.address))
      navigation.show('chats')
    },
  }))
  const request: Command = {
    id: 'request',
    label: t('requests.request'),
    icon: 'plus',
    about: requestedAddress(search),
    run: () => requests.begin(requestedAddress(search)),
  }
  return [
    { value: t('palette.people'), items: persons },
    { value: t('palette.commands'), items: commands },
    { value: t('contacts.noMatch'), items: nobody ? [request] : [] },
  ].filter(({ items }) => items.length > 0)
}
