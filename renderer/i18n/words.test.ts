import { describe, expect, test } from 'vitest'
import { changeOps, otherOps, policySettings, roleSchema } from '../../shared/administration/change.ts'
import { listedPersonForm } from '../../shared/administration/deeds.ts'
import { proposalForm, readings, requestForm } from '../../shared/administration/readings.ts'
import { changeFaultCodes } from '../../shared/fault-codes.ts'
import { heldSchema } from '../../shared/held.ts'
import { keyFactsSchema } from '../../shared/key-steps.ts'
import { menuDeeds } from '../../shared/keys.ts'
import { deliverySchema, sendFailureSchema } from '../../shared/message.ts'
import { keptStateSchema } from '../../shared/quarantine.ts'
import { requestReasons, requestsSchema } from '../../shared/requests.ts'
import { failureKinds } from '../../shared/rpc.ts'
import { mailTroubleSchema, sessionSchema } from '../../shared/session.ts'
import { refusalReasons } from '../components/words.ts'
import { adminTabs } from '../store/administration/administration.ts'
import { words } from './i18n.ts'

type Tree = { readonly [key: string]: string | Tree }

function flatten(tree: Tree, prefix = ''): ReadonlyMap<string, string> {
  const flat = new Map<string, string>()
  for (const [key, value] of Object.entries(tree)) {
    if (typeof value === 'string') flat.set(prefix + key, value)
    else for (const [inner, text] of flatten(value, `${prefix}${key}.`)) flat.set(inner, text)
  }
  return flat
}

const plural = /_(zero|one|two|few|many|other)$/
const flat = new Map(Object.entries(words).map(([language, tree]) => [language, flatten(tree as Tree)] as const))
const english = flat.get('en') ?? new Map<string, string>()

function stems(language: string): string[] {
  return [...new Set([...(flat.get(language)?.keys() ?? [])].map((key) => key.replace(plural, '')))].sort()
}

const ready = sessionSchema.options[3].shape
/** The changes that make a rule. */
const ruleKinds = [...changeOps]
  .filter((op) => op.startsWith('rule.') && op !== 'rule.remove')
  .map((op) => op.slice('rule.'.length))
/** Keys that the page puts together from a part and a value of a closed union: every value of each. */
const builtKeys: Readonly<Record<string, readonly string[]>> = {
  'accessMake.': ['password', 'enrolment'],
  'accessGift.': ['both', 'password', 'enrolment', 'nothing'],
  'adminApproval.': policySettings.approval.options,
  'adminExpiry.': policySettings.onExpiry.options,
  'adminOp.': [...changeOps, ...otherOps],
  'adminRole.': roleSchema.options,
  'adminTab.': adminTabs,
  'deed.': [...changeOps],
  'deviceState.': readings.devices.output.shape.devices.element.shape.state.options,
  'door.': ['cli', 'desktop', 'soap', 'client', 'import'],
  'fault.': changeFaultCodes,
  'keyDoes.': keyFactsSchema.shape.name.options,
  'keyName.': keyFactsSchema.shape.name.options,
  'keyState.': keyFactsSchema.shape.state.options,
  'policy.': ['everyone', 'departments', 'domains', 'fourEyes'],
  'policyHint.': ['everyone', 'departments', 'domains', 'fourEyes'],
  'requestFor.': requestsSchema.shape.own.element.shape.waits.unwrap().options,
  'listed.': listedPersonForm.shape.change.options,
  'requestEnded.': requestForm.shape.state.options.filter((state) => state !== 'asked' && state !== 'accepted'),
  'requestWaits.': requestForm.shape.waits.unwrap().options,
  'proposalState.': proposalForm.shape.state.options,
  'ruleKind.': ruleKinds,
  'card.': ['internal', 'external'],
  'closed.': ['removed', 'expired', 'lease', 'upgrade', 'unknown'],
  'compose.': ['to', 'cc', 'bcc'],
  'connectionState.': [...ready.connection.options, ...ready.mail.options],
  'delivery.': deliverySchema.options.map((option) => option.shape.step.value),
  'failure.': failureKinds,
  'heldMore.': heldSchema.shape.reason.options,
  'heldReason.': heldSchema.shape.reason.options,
  'keptMore.': keptStateSchema.options.filter((state) => state !== 'kept'),
  'keptState.': keptStateSchema.options.filter((state) => state !== 'kept'),
  'language.': ['en', 'zh-Hant', 'zh-Hans'],
  'mailTrouble.': mailTroubleSchema.options,
  'nav.': ['chats', 'mail', 'contacts', 'held', 'administration', 'settings'],
  'notice.': ['sent', 'copied', 'requested', 'discarded', 'linked', 'declined'],
  'refusal.': refusalReasons,
  'requestReason.': requestReasons,
  'requestState.': requestsSchema.shape.own.element.shape.state.options,
  'role.': ['employee', 'partner', 'administrator'],
  'sendFailure.': sendFailureSchema.options,
  'shortcut.': ['palette', 'search', 'write', 'refresh', 'keys', ...menuDeeds],
  'settings.': ['keychain', 'passphrase', 'none'],
  'theme.': ['system', 'light', 'dark'],
  'unlock.': ['start', 'user', 'revoked', 'lease', 'online', 'password', 'passphrase'],
  'unlockHint.': ['password', 'passphrase'],
}

/** Every source file of the page, as text, without the tests. */
const sources = Object.entries(
  import.meta.glob<string>(['../**/*.{ts,tsx}', '!../**/*.test.*', '!../testing/**'], {
    query: '?raw',
    import: 'default',
    eager: true,
  }),
)

describe('words', () => {
  test.each(['zh-Hant', 'zh-Hans'])('%s has the keys that English has', (language) => {
    expect(stems(language)).toEqual(stems('en'))
  })

  test.each([...flat.keys()])('%s has every plural form that its language uses, and no other', (language) => {
    const wanted = new Intl.PluralRules(language).resolvedOptions().pluralCategories.toSorted()
    const forms = new Map<string, string[]>()
    for (const key of flat.get(language)?.keys() ?? []) {
      const form = plural.exec(key)?.[1]
      const stem = key.replace(plural, '')
      if (form) forms.set(stem, [...(forms.get(stem) ?? []), form])
    }
    expect(forms.size).toBeGreaterThan(0)
    for (const found of forms.values()) expect(found.toSorted()).toEqual(wanted)
  })

  test.each(['zh-Hant', 'zh-Hans'])('%s fills in the same values as English', (language) => {
    const holes = (text: string) =>
      [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name = '']) => name).toSorted((a, b) => a.localeCompare(b))
    for (const [key, text] of flat.get(language) ?? []) {
      expect([key, holes(text)]).toEqual([key, holes(english.get(key) ?? '')])
    }
  })

  test('no text is empty', () => {
    for (const tree of flat.values()) expect([...tree].filter(([, text]) => text.trim() === '')).toEqual([])
  })

  test('every failure kind, refusal, held reason, delivery state and connection has words', () => {
    const wanted = Object.entries(builtKeys).flatMap(([prefix, ends]) => ends.map((end) => prefix + end))
    expect(wanted.filter((key) => !english.has(key))).toEqual([])
  })

  test('no key is unused', () => {
    const text = sources.map(([, source]) => source).join('\n')
    const built = [...text.matchAll(/`([a-zA-Z]+\.)\$\{/g)].map(([, prefix]) => prefix ?? '')
    expect([...new Set(built)].toSorted()).toEqual(Object.keys(builtKeys).toSorted())
    const used = new Set(Object.entries(builtKeys).flatMap(([prefix, ends]) => ends.map((end) => prefix + end)))
    expect(stems('en').filter((key) => !text.includes(`'${key}'`) && !used.has(key))).toEqual([])
  })
})
