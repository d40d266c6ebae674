/** The map of keys, made from the table that binds them. */
import { menuDeeds, menuKeys, type PageDeed, pageDeeds, placeDeeds } from '../../../shared/keys.ts'
import { type Translate, useWords } from '../../i18n/i18n.ts'
import type { Screen } from '../../store/navigation.ts'
import { useSlice, useStores } from '../context.tsx'
import { Modal } from '../Modal.tsx'
import { keyLabel, shownKeys } from './combination.ts'
import { useScreens } from './use-deeds.ts'

type PlaceDeed = (typeof placeDeeds)[number]
type Line = { readonly label: string; readonly keys: readonly string[] }

function isPlace(deed: PageDeed): deed is PlaceDeed {
  return placeDeeds.some((place) => place === deed)
}

/** The words of a deed; undefined for a place that the account does not have. */
function deedWords(t: Translate, deed: PageDeed, screens: readonly Screen[]): string | undefined {
  if (deed === 'settings') return t('nav.settings')
  if (!isPlace(deed)) return t(`shortcut.${deed}`)
  const screen = screens[placeDeeds.indexOf(deed)]
  return screen && t(`nav.${screen}`)
}

function useLines(): readonly Line[] {
  const { keyboard } = useStores()
  const screens = useScreens()
  const { t } = useWords()
  const lines = new Map<string, readonly string[]>()
  for (const deed of pageDeeds) {
    const label = deedWords(t, deed, screens)
    // One place may have two keys, by its number and by its name.
    if (label !== undefined) lines.set(label, [...(lines.get(label) ?? []), ...shownKeys(deed, keyboard)])
  }
  if (keyboard.host === 'desktop') for (const deed of menuDeeds) lines.set(t(`shortcut.${deed}`), menuKeys[deed])
  return [...lines].map(([label, keys]) => ({ label, keys }))
}

function Lines() {
  const { keyboard } = useStores()
  const lines = useLines()
  return (
    <dl className="key-map">
      {lines.map(({ label, keys }) => (
        <div key={label} className="key-line">
          <dt>{label}</dt>
          <dd className="flex flex-wrap justify-end gap-1.5">
            {keys.map((combination) => (
              <kbd key={combination} className="key">
                {keyLabel(combination, keyboard)}
              </kbd>
            ))}
          </dd>
        </div>
      ))}
    </dl>
  )
}

/** Every key that works from everywhere, with what it does. */
export function KeyMap() {
  const { navigation } = useStores()
  const { keyMap } = useSlice(navigation)
  const { t } = useWords()
  return (
    <Modal open={keyMap === 'open'} onClose={() => navigation.setKeyMap('closed')} title={t('shortcut.title')} reading>
      <Lines />
    </Modal>
  )
}
