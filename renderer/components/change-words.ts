/** What a refresh changed in the list, in one sentence. */
import type { ListChange } from '../../shared/contract.ts'
import type { Translate } from '../i18n/i18n.ts'

/** "2 added, 1 changed, 1 removed"; when nothing has changed, that the list was looked at all the same. */
export function changeWords(t: Translate, { added, changed, removed }: ListChange): string {
  if (added + changed + removed === 0) return t('contacts.unchanged')
  return t('contacts.changed', { added, changed, removed })
}
