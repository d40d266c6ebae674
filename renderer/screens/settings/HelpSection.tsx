/** The settings about this app and its diagnostics. */
import { useSlice, useStores } from '../../components/context.tsx'
import { Facts } from '../../components/Facts.tsx'
import { Modal } from '../../components/Modal.tsx'
import { scrollStop } from '../../components/scroll-stop.ts'
import { useWords } from '../../i18n/i18n.ts'
import { Section } from './Section.tsx'

function saveText(text: string, name: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/plain' }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  // Without this the text would stay in memory until the page is closed.
  URL.revokeObjectURL(url)
}

/** The whole export is shown before it leaves: nobody has to trust a promise about what is in it. */
function Diagnostics() {
  const { device, notices } = useStores()
  const { diagnostics } = useSlice(device)
  const { t } = useWords()
  const text = diagnostics ?? ''
  const copy = async () => {
    await navigator.clipboard.writeText(text)
    notices.say({ about: 'copied' })
  }
  return (
    <Modal open={diagnostics !== undefined} onClose={device.closeDiagnostics} title={t('settings.diagnostics')}>
      <div className="grid gap-4">
        <section
          tabIndex={scrollStop}
          aria-label={t('settings.diagnostics')}
          className="max-h-72 overflow-auto rounded-lg border border-line bg-sunken p-3"
        >
          <pre className="font-mono text-xs whitespace-pre-wrap">{text}</pre>
        </section>
        <div className="flex flex-wrap justify-end gap-2">
          <button type="button" className="button" onClick={() => void copy()}>
            {t('settings.copy')}
          </button>
          <button
            type="button"
            className="button button-primary"
            onClick={() => saveText(text, 'kith-diagnostics.txt')}
          >
            {t('settings.save')}
          </button>
        </div>
      </div>
    </Modal>
  )
}

/** Shows versions and the device's digits, and offers the diagnostics. */
export function HelpSection() {
  const { device, notices } = useStores()
  const { about } = useSlice(device)
  const { t } = useWords()
  const gather = async () => {
    const result = await device.gatherDiagnostics()
    if (!result.ok) notices.say({ about: 'failure', failure: result.failure })
  }
  return (
    <Section title={t('settings.help')}>
      {about && (
        <Facts
          facts={[
            { term: t('settings.version'), text: about.version },
            { term: t('settings.engine'), text: about.engine },
          ]}
        />
      )}
      <div className="flex flex-wrap items-center justify-between gap-3">
        <p className="max-w-96 text-sm text-muted">{t('settings.diagnosticsHint')}</p>
        <button type="button" className="button" onClick={() => void gather()}>
          {t('settings.export')}
        </button>
      </div>
      <Diagnostics />
    </Section>
  )
}
