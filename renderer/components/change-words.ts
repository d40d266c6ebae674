import type { ListChange } from '../../shared/contract.ts'
import type { Translate } from '../i18n/i18n.ts'

/** "2 added, 1 changed, 1 removed", also when all three are 0: then it says that the list was looked at. */
export function changeWords(t: Translate, { added, changed, removed }: ListChange): string {
  return t('contacts.changed', { added, changed, removed })
}
