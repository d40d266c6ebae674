/** The keys that work everywhere in the window. */
import { useEffect } from 'react'
import { useStores } from '../../components/context.tsx'
import { deedOf, isTyped } from '../../components/keys/combination.ts'
import { useDeeds } from '../../components/keys/use-deeds.ts'

const asking = '[role="dialog"]:not([data-closed])'
const choosers = new Set(['radio', 'checkbox', 'button', 'submit'])

/** Whether a letter would be written where the focus is. */
function isWriting(target: EventTarget | null): boolean {
  if (target instanceof HTMLInputElement) return !choosers.has(target.type)
  return target instanceof HTMLElement && (target.matches('textarea, select') || target.isContentEditable)
}

/** Does what the table of keys says, from everywhere, and instead of what a browser would do. */
export function useShortcuts(): void {
  const { navigation, keyboard } = useStores()
  const deeds = useDeeds()
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const deed = event.isComposing ? undefined : deedOf(event, keyboard)
      if (!deed || (isTyped(deed, keyboard) && isWriting(event.target))) return
      event.preventDefault()
      const { palette, keyMap } = navigation.store.getState()
      // A dialog that asks something stays until it is answered; palette and map give way, and so does one that is closing.
      const isAsked = palette === 'closed' && keyMap === 'closed' && document.querySelector(asking) !== null
      if (!event.repeat && !isAsked) deeds[deed]()
    }
    // Before any field sees the key: a list or a dialog may stop it on its way up.
    window.addEventListener('keydown', press, { capture: true })
    return () => window.removeEventListener('keydown', press, { capture: true })
  })
}
