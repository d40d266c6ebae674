/** Why a change was refused, fault by fault. */
import { type ChangeFault, isChangeFaultCode } from '../../../shared/fault-codes.ts'
import { useWords } from '../../i18n/i18n.ts'

/** Why it was refused; what a newer server says in words of its own stands beneath a general sentence. */
export function Faults({ faults }: { readonly faults: readonly ChangeFault[] }) {
  const { t } = useWords()
  return (
    <ul className="grid gap-1">
      {faults.map(({ index, why, code = '', what = '' }) => (
        <li key={`${index} ${why}`} className="wrap-anywhere">
          {isChangeFaultCode(code) ? (
            t(`fault.${code}`, { what })
          ) : (
            <>
              {t('faults.other')}
              <span lang="en" className="block text-sm">
                {why}
              </span>
            </>
          )}
        </li>
      ))}
    </ul>
  )
}
