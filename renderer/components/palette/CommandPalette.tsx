/** The palette: commands and people by name. */
import { Autocomplete } from '@base-ui/react/autocomplete'
import { Dialog } from '@base-ui/react/dialog'
import { useState } from 'react'
import { useWords } from '../../i18n/i18n.ts'
import { Avatar } from '../Avatar.tsx'
import { useSlice, useStores } from '../context.tsx'
import { Icon } from '../Icons.tsx'
import { keyLabel, shownKeys } from '../keys/combination.ts'
import { type Command, type CommandGroup, useCommands } from './use-commands.ts'

function CommandRow({ command, onRun }: { readonly command: Command; readonly onRun: (command: Command) => void }) {
  const { keyboard } = useStores()
  const { person, deed, about } = command
  const [key] = deed ? shownKeys(deed, keyboard) : []
  return (
    <Autocomplete.Item
      value={command}
      className="option"
      onClick={() => onRun(command)}
      // Which one Enter takes is said too, and not only drawn.
      render={(props, { highlighted }) => <div {...props} aria-selected={highlighted} />}
    >
      {person ? (
        <Avatar name={person.name} address={person.address} />
      ) : (
        <span className="grid size-9.5 place-items-center text-muted">
          <Icon name={command.icon} />
        </span>
      )}
      <span className="row-text">
        <span className="row-main">{command.label}</span>
        {about && <span className="row-sub">{about}</span>}
      </span>
      {key !== undefined && <kbd className="key">{keyLabel(key, keyboard)}</kbd>}
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
  return (
    <Autocomplete.Root
      open
      inline
      mode="none"
      autoHighlight="always"
      keepHighlight
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
