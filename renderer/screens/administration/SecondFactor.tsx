/** The reader's own authenticator and recovery codes. */
import { useState } from 'react'
import { useSlice, useStores } from '../../components/context.tsx'
import { Modal } from '../../components/Modal.tsx'
import { Note } from '../../components/Note.tsx'
import { useWords } from '../../i18n/i18n.ts'
import { Section } from '../settings/Section.tsx'
import { Copyable } from './Copyable.tsx'
import { CodeForm, Scan, SecretForm } from './SecretForm.tsx'

/** New recovery codes, until the reader says that they are kept. */
function Codes({ codes }: { readonly codes: readonly string[] }) {
  const { opening } = useStores().administration
  const { t } = useWords()
  return (
    <Note tone="warn">
      <p className="font-semibold">{t('recovery.once')}</p>
      <p>{t('recovery.explain')}</p>
      <Copyable label={t('recovery.codes')} text={codes.join('\n')} />
      <button type="button" className="button button-primary justify-self-end" onClick={opening.keptCodes}>
        {t('recovery.kept')}
      </button>
    </Note>
  )
}

type DialogProps = { readonly onClose: () => void }

function MakeDialog({ onClose }: DialogProps) {
  const { opening } = useStores().administration
  const { t } = useWords()
  const make = async (password: string) => {
    const made = await opening.makeCodes(password)
    if (made) onClose()
    return made
  }
  return (
    <Modal open onClose={onClose} title={t('recovery.make')}>
      <SecretForm label={t('signIn.password')} type="password" submit={t('recovery.make')} onSubmit={make}>
        <p>{t('recovery.makeHint')}</p>
      </SecretForm>
    </Modal>
  )
}

function ReplaceDialog({ onClose }: DialogProps) {
  const { opening } = useStores().administration
  const { setUp } = useSlice(opening)
  const { t } = useWords()
  return (
    <Modal open onClose={onClose} title={t('recovery.replace')}>
      {setUp ? (
        <div className="grid gap-5">
          <Scan {...setUp} />
          <CodeForm confirming onDone={onClose} />
        </div>
      ) : (
        <SecretForm
          label={t('signIn.password')}
          type="password"
          submit={t('admin.next')}
          onSubmit={(password) => opening.setUp(password)}
        >
          <p>{t('recovery.replaceHint')}</p>
        </SecretForm>
      )}
    </Modal>
  )
}

/** New codes, and that one of them was used: before everything else, since they are shown only now. */
export function RecoveryNews() {
  const { codes, recovered } = useSlice(useStores().administration.opening)
  const { t } = useWords()
  return (
    <>
      {recovered === true && <Note tone="warn">{t('recovery.used')}</Note>}
      {codes && <Codes codes={codes} />}
    </>
  )
}

/** For whoever has an authenticator: how many recovery codes are left, new ones, and another authenticator. */
export function SecondFactor() {
  const { opening } = useStores().administration
  const { state } = useSlice(opening)
  const { t } = useWords()
  const [dialog, setDialog] = useState<'make' | 'replace'>()
  const close = () => {
    opening.leave()
    setDialog(undefined)
  }
  const left = state?.recovery ?? 0
  if (state?.totp !== true) return null
  return (
    <Section title={t('recovery.title')}>
      <p>{left === 0 ? t('recovery.none') : t('recovery.left', { count: left })}</p>
      <div className="flex flex-wrap gap-2">
        <button type="button" className="button" onClick={() => setDialog('make')}>
          {t('recovery.make')}
        </button>
        <button type="button" className="button" onClick={() => setDialog('replace')}>
          {t('recovery.replace')}
        </button>
      </div>
      {dialog === 'make' && <MakeDialog onClose={close} />}
      {dialog === 'replace' && <ReplaceDialog onClose={close} />}
    </Section>
  )
}
