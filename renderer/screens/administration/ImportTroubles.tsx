/** What could not be taken of the sources of contacts: each source, its first rows and why. */
import type { AdminImport } from '../../../shared/administration/import-form.ts'
import { isChangeFaultCode } from '../../../shared/fault-codes.ts'
import { useSlice, useStores } from '../../components/context.tsx'
import { Note } from '../../components/Note.tsx'
import { formatDate, formatNumber } from '../../i18n/format.ts'
import { useWords } from '../../i18n/i18n.ts'

/** Rows that are shown of each source. */
const maxShown = 5

function Row({ row }: { readonly row: AdminImport['rows'][number] }) {
  const { t, language } = useWords()
  const { line, where, why, code = '', what = '' } = row
  const place = line === undefined ? where : t('admin.importLine', { line: formatNumber(language, line) })
  const known = isChangeFaultCode(code) ? t(`fault.${code}`, { what }) : undefined
  return (
    <li className="wrap-anywhere">
      {place && <bdi>{place}: </bdi>}
      {known ?? <span lang="en">{why}</span>}
    </li>
  )
}

function Trouble({ source }: { readonly source: AdminImport }) {
  const { t, language } = useWords()
  const { name, state, at, left, rows } = source
  const time = at === undefined ? '' : formatDate(language, at)
  const shown = rows.slice(0, maxShown)
  const rest = Math.max(left, rows.length) - shown.length
  return (
    <Note tone={state === 'refused' ? 'danger' : 'warn'}>
      {t(state === 'refused' ? 'admin.importRefused' : 'admin.importLeft', { name, time, count: left })}
      <ul className="mt-2 grid list-disc gap-1 ps-5">
        {shown.map((row) => (
          <Row key={JSON.stringify(row)} row={row} />
        ))}
      </ul>
      {rest > 0 && <p className="mt-2">{t('admin.importMore', { count: rest })}</p>}
    </Note>
  )
}

/** Nothing where every source was taken whole. */
export function ImportTroubles() {
  const { imports } = useSlice(useStores().administration.organisation)
  return imports.map((source) => <Trouble key={source.name} source={source} />)
}
