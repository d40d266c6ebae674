/** The words of rules and their kinds. */
import { expect, test } from 'vitest'
import { createI18n } from '../../i18n/i18n.ts'
import { kindWords } from './reason-words.ts'

const { t } = createI18n('en')

test('each kind of rule has its words; what is no known kind of rule is not called a denial', () => {
  expect(kindWords(t, { op: 'rule.open', a: 'all', b: 'all' })).toBe(t('ruleKind.open'))
  expect(kindWords(t, { op: 'rule.domain', domain: '@partner.example', for: 'all' })).toBe(t('ruleKind.domain'))
  expect(kindWords(t, { op: 'rule.deny', what: 'x@partner.example' })).toBe(t('ruleKind.deny'))
  expect(kindWords(t, { op: 'rule.remove', id: '1' })).toBe(t('adminOp.rule.remove'))
})
