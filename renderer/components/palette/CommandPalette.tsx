/** The palette: commands and people by name. */
import { Autocomplete } from '@base-ui/react/autocomplete'
import { Dialog } from '@base-ui/react/dialog'
import { type KeyboardEvent, useState } from 'react'
import { useWords } from '../../i18n/i18n.ts'
import { Avatar } from '../Avatar.tsx'
import { useSlice, useStores } from '../context.tsx'
import { Icon } from '../Icons.tsx'
import { type Command, type CommandGroup, useCommands } from './use-commands.ts'

function CommandRow({ command, onRun }: { readonly command: Command; readonly onRun: (command: Command) => void }) {
  const { person } = command
  return (
    <Autocomplete.Item value={command} className="option" onClick={() => onRun(command)}>
      {person ? (
        <Avatar name={person.name} address={person.address} />
      ) : (
        <span className="grid size-9.5 place-items-center text-muted">
          <Icon name={command.icon} />
        </span>
      )}
      <span className="row-text">
        <span className="row-main">{command.label}</span>
        {person && <span className="row-sub">{person.address}</span>}
      </span>
    </Autocomplete.Item>
  )
}

function Results({
  groups,
  onRun,
}: {
  readonly groups: readonly CommandGroup[]
  readonly onRun: (command: Command) => void
}) {
  const { t } = useWords()
  if (groups.length === 0) return <p className="p-6 text-center text-muted">{t('palette.none')}</p>
  return (
    <Autocomplete.List className="page-scroll p-2">
      {(group: CommandGroup) => (
        <Autocomplete.Group key={group.value} items={group.items} className="pb-1">
          <Autocomplete.GroupLabel className="px-2.5 py-1.5 text-xs font-semibold text-muted">
            {group.value}
          </Autocomplete.GroupLabel>
          <Autocomplete.Collection>
            {(command: Command) => <CommandRow key={command.id} command={command} onRun={onRun} />}
          </Autocomplete.Collection>
        </Autocomplete.Group>
      )}
    </Autocomplete.List>
  )
}

function Palette() {
  const { navigation } = useStores()
  const { t } = useWords()
  const [typed, setTyped] = useState('')
  const groups = useCommands(typed)
  // Closed before the command runs, so that what it opens does not lie behind the dialog.
  const run = (command: Command) => {
    navigation.setPalette('closed')
    command.run()
  }
  /** Enter without having chosen takes the first. */
  const press = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.key !== 'Enter' || event.nativeEvent.isComposing) return
    if (event.currentTarget.getAttribute('aria-activedescendant')) return
    const first = groups[0]?.items[0]
    event.preventDefault()
    if (first) run(first)
  }
  return (
    <Autocomplete.Root
      open
      inline
      mode="none"
      items={groups}
      value={typed}
      onValueChange={setTyped}
      itemToStringValue={(command) => command.label}
    >
      <div className="border-b border-line p-2">
        <div className="search">
          <Icon name="search" />
          <Autocomplete.Input
            className="palette-input"
            aria-label={t('palette.search')}
            placeholder={t('palette.search')}
            onKeyDown={press}
          />
        </div>
      </div>
      <Results groups={groups} onRun={run} />
    </Autocomplete.Root>
  )
}

/** Ctrl+K: everything by name. */
export function CommandPalette() {
  const { navigation } = useStores()
  const { palette } = useSlice(navigation)
  const { t } = useWords()
  return (
    <Dialog.Root open={palette === 'open'} onOpenChange={(open) => navigation.setPalette(open ? 'open' : 'closed')}>
      <Dialog.Portal>
        <Dialog.Backdrop className="dialog-backdrop" />
        <Dialog.Popup className="dialog" aria-label={t('palette.label')}>
          <Palette />
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  )
}
