/** The tab of the audit log: its lines, one line in full, and undoing it. */
import { useRef, useState } from 'react'
import type { AuditLine } from '../../../shared/administration.ts'
import { isKnownOp, roleFor } from '../../../shared/administration/change.ts'
import { useSlice, useStores } from '../../components/context.tsx'
import { EmptyState } from '../../components/EmptyState.tsx'
import { Facts } from '../../components/Facts.tsx'
import { FailureText } from '../../components/FailureText.tsx'
import { SearchBox } from '../../components/form/SearchBox.tsx'
import type { ListHandle } from '../../components/list/use-roving.ts'
import { VirtualList } from '../../components/list/VirtualList.tsx'
import { Modal } from '../../components/Modal.tsx'
import { Note } from '../../components/Note.tsx'
import { formatMoment, formatShort } from '../../i18n/format.ts'
import { useWords } from '../../i18n/i18n.ts'
import type { May } from '../session.ts'
import { linesModel } from './AdminList.tsx'
import { ChangeFields } from './ChangeFields.tsx'
import { useNaming } from './naming.ts'
import { doorWords, opWords } from './reason-words.ts'

/** Whether this role may undo the line: an operator undoes what an operator may do. */
function mayUndo(line: AuditLine, { operate, administer }: May): boolean {
  return administer || (operate && roleFor(line) === 'operator')
}

function Details({
  line,
  may,
  onClose,
}: {
  readonly line: AuditLine
  readonly may: May
  readonly onClose: () => void
}) {
  const { changing } = useStores().administration
  const { t, language } = useWords()
  const naming = useNaming()
  const { n, op, who, via, at, why, before, after } = line
  const target = naming.target(line)
  // Undoing is a change like others: it is tried, shown and given a reason in the dialog of changes.
  const undo = () => {
    onClose()
    void changing.begin({ title: t('admin.undo'), undo: n, line })
  }
  return (
    <Modal open onClose={onClose} title={opWords(t, op)}>
      <div className="grid gap-5">
        <Facts
          facts={[
            { term: t('admin.target'), text: target },
            { term: t('admin.who'), text: t('common.and', { first: naming.actor(who), second: doorWords(t, via) }) },
            { term: t('admin.when'), text: formatMoment(language, at) },
            { term: t('change.why'), text: why || t('admin.none') },
            { term: t('admin.before'), text: <ChangeFields json={before} op={op} /> },
            { term: t('admin.after'), text: <ChangeFields json={after} op={op} /> },
          ]}
        />
        {line.undoable && isKnownOp(op) && mayUndo(line, may) && (
          <button type="button" className="button justify-self-start" onClick={undo}>
            {t('admin.undo')}
          </button>
        )}
      </div>
    </Modal>
  )
}

function Lines({ onOpen, ref }: { readonly onOpen: (line: AuditLine) => void; readonly ref: React.Ref<ListHandle> }) {
  const { administration, clock } = useStores()
  const { control } = administration
  const { lines, loading, failure } = useSlice(control)
  const { t, language } = useWords()
  const naming = useNaming()
  if (failure && lines.length === 0) {
    return (
      <div className="p-5">
        <Note tone="danger">
          <FailureText failure={failure} />
        </Note>
      </div>
    )
  }
  if (lines.length === 0)
    return loading ? <div className="flex-1" /> : <EmptyState icon="info" title={t('admin.noLines')} />
  const now = clock.now()
  const model = linesModel<AuditLine>(
    {
      label: t('adminTab.audit'),
      empty: '',
      main: (line) => t('common.and', { first: opWords(t, line.op), second: naming.target(line) }),
      sub: ({ n, who, why }) => [`${n}`, naming.actor(who), why].filter((text) => text !== '').join(' · '),
      end: ({ at }) => formatShort(language, at, now),
      onOpen,
    },
    {
      total: lines.length,
      rowAt: (index) => lines[index],
      need: (_first, last) => control.need(last),
      waitingName: t('common.loading'),
    },
  )
  return <VirtualList model={model} ref={ref} />
}

/** Lists the log, newest first; a line opens in full and can be undone by whoever may. */
export function AuditTab({ may }: { readonly may: May }) {
  const { control } = useStores().administration
  const { search, verified } = useSlice(control)
  const { t } = useWords()
  const list = useRef<ListHandle>(null)
  const [shown, setShown] = useState<AuditLine>()
  return (
    <>
      <div className="tools">
        <SearchBox
          label={t('admin.searchAudit')}
          value={search}
          onChange={control.search}
          onLeave={() => list.current?.focus()}
        />
        <button type="button" className="button" onClick={() => void control.verify()}>
          {t('admin.verify')}
        </button>
      </div>
      <output className="block px-5 empty:hidden">
        {verified?.broken === undefined
          ? verified && <Note icon="check">{t('admin.verified', { count: verified.lines })}</Note>
          : t('admin.broken', { n: verified.broken })}
      </output>
      <Lines onOpen={setShown} ref={list} />
      {shown && <Details line={shown} may={may} onClose={() => setShown(undefined)} />}
    </>
  )
}
