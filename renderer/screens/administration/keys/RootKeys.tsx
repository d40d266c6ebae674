/** The part of the keys' tab about root keys. */
import { useState } from 'react'
import type { KeysView } from '../../../../shared/key-steps.ts'
import { Choice } from '../../../components/form/Choice.tsx'
import { Note } from '../../../components/Note.tsx'
import { useWords } from '../../../i18n/i18n.ts'
import { Section } from '../../settings/Section.tsx'
import { Copyable } from '../Copyable.tsx'
import { type Commanding, exportCommand, rootCommand } from './key-commands.ts'
import { KeyList } from './KeyList.tsx'

/** How many new root keys, and how many of them must sign. */
const shapes = { '1/1': [1, 1], '2/3': [3, 2], '3/5': [5, 3] } as const
type Shape = keyof typeof shapes

/** The root keys: whatever is done to them is done at the server, where whoever holds them brings them. */
export function RootKeys({
  keys,
  commanding,
}: {
  readonly keys: KeysView
  readonly commanding: Commanding | undefined
}) {
  const { t } = useWords()
  const [shape, setShape] = useState<Shape>('1/1')
  const [count, threshold] = shapes[shape]
  const facts = keys.keys.filter(({ name }) => name === 'root')
  const isHere = facts.some(({ here, state }) => here && state === 'inUse')
  const { threshold: k, roots: n } = keys
  return (
    <Section title={t('keyName.root')}>
      <p className="text-sm text-muted">{t('keyDoes.root')}</p>
      <p>{t('keys.threshold', { k, n })}</p>
      <KeyList facts={facts} />
      {isHere && (
        <Note tone="warn">
          <p>{t('keys.rootHere')}</p>
          {commanding && <Copyable label={t('keys.exportCommand')} text={exportCommand('root', commanding)} />}
        </Note>
      )}
      {commanding && (
        <>
          <Choice
            label={t('keys.newRoots')}
            value={shape}
            options={(Object.keys(shapes) as Shape[]).map((value) => {
              const [of, signing] = shapes[value]
              return { value, label: t('keys.shape', { k: signing, n: of }) }
            })}
            onChange={setShape}
          />
          <Copyable label={t('keys.rootCommand')} text={rootCommand(count, threshold, commanding)} />
        </>
      )}
    </Section>
  )
}
