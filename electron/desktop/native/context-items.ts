/** What the menu of the right mouse button holds, by what lies under the pointer. */
import type { ContextMenuParams, MenuItemConstructorOptions } from 'electron'
import type { NativeWords } from './words.ts'

/** What of the event decides. */
type Under = Pick<ContextMenuParams, 'isEditable' | 'selectionText' | 'misspelledWord' | 'editFlags'> & {
  readonly dictionarySuggestions: readonly string[]
}
type Item = MenuItemConstructorOptions

/** More suggestions than these would be a list to read. */
const mostSuggestions = 5

/** The items: in a field what can be done with text, on selected text Copy, elsewhere none. `replace`: a suggestion was chosen. */
export function contextItems(under: Under, words: NativeWords, replace: (suggestion: string) => void): readonly Item[] {
  const { isEditable, selectionText, editFlags } = under
  // The keys are the application menu's: said beside the words, and not bound twice.
  const copy: Item = { role: 'copy', label: words.copy, enabled: editFlags.canCopy, registerAccelerator: false }
  if (!isEditable) return selectionText.trim() === '' ? [] : [copy]
  return [
    ...suggestions(under, words, replace),
    { role: 'cut', label: words.cut, enabled: editFlags.canCut, registerAccelerator: false },
    copy,
    { role: 'paste', label: words.paste, enabled: editFlags.canPaste, registerAccelerator: false },
    { type: 'separator' },
    { role: 'selectAll', label: words.selectAll, enabled: editFlags.canSelectAll, registerAccelerator: false },
  ]
}

function suggestions(under: Under, words: NativeWords, replace: (suggestion: string) => void): readonly Item[] {
  const { misspelledWord, dictionarySuggestions } = under
  if (misspelledWord === '') return []
  const found = dictionarySuggestions.slice(0, mostSuggestions)
  const items = found.map((suggestion): Item => {
    // A single & would underline the letter after it.
    return { label: suggestion.replaceAll('&', '&&'), click: () => replace(suggestion) }
  })
  return [...(items.length > 0 ? items : [{ label: words.noSuggestions, enabled: false }]), { type: 'separator' }]
}
