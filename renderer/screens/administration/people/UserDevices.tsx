/** The devices of one user, and what can be done to each. */
import type { Change } from '../../../../shared/administration/change.ts'
import type { AdminDevice, AdminUser } from '../../../../shared/administration/readings.ts'
import { useSlice, useStores } from '../../../components/context.tsx'
import { Digits } from '../../../components/Digits.tsx'
import { formatMoment } from '../../../i18n/format.ts'
import { useWords } from '../../../i18n/i18n.ts'
import type { May } from '../../session.ts'
import { Section } from '../../settings/Section.tsx'

type OfDevice = { readonly user: AdminUser; readonly device: AdminDevice }

function DeviceButtons({ user, device }: OfDevice) {
  const { changing } = useStores().administration
  const { t } = useWords()
  const { state, name, device: id } = device
  const of = { user: user.user, device: id }
  const ask = (title: string, change: Change, warning?: string) =>
    void changing.begin({ title, changes: [change], ...(warning !== undefined && { warning }) })
  const button = (label: string, onClick: () => void, look = '') => (
    <button type="button" className={`button button-small ${look}`} onClick={onClick}>
      {label}
    </button>
  )
  // Revoked is for good (protocol.md section 5.5): there is nothing left to do to it.
  if (state === 'revoked') return null
  return (
    <div className="flex flex-wrap gap-2">
      {state === 'pending' &&
        button(t('device.approve'), () => ask(t('device.approveTitle', { name }), { op: 'device.approve', ...of }))}
      {state === 'active' &&
        button(t('device.lock'), () => ask(t('device.lockTitle', { name }), { op: 'device.lock', ...of }))}
      {state === 'active' &&
        button(t('device.rotate'), () => ask(t('device.rotateTitle', { name }), { op: 'device.rotate', ...of }))}
      {state === 'locked' &&
        button(t('device.unlock'), () => ask(t('device.unlockTitle', { name }), { op: 'device.unlock', ...of }))}
      {button(
        t('device.revoke'),
        () => ask(t('device.revokeTitle', { name }), { op: 'device.revoke', ...of }, t('device.revokeWarning')),
        'button-danger',
      )}
      {button(
        t('device.wipe'),
        () =>
          ask(t('device.wipeTitle', { name }), { op: 'device.revoke', wipe: 'all', ...of }, t('device.wipeWarning')),
        'button-danger',
      )}
    </div>
  )
}

/** Lists the user's devices, with the digits to compare and the buttons for each. */
export function UserDevices({ user, may }: { readonly user: AdminUser; readonly may: May }) {
  const { detail } = useSlice(useStores().administration.people)
  const { t, language } = useWords()
  const devices = detail?.devices ?? []
  return (
    <Section title={t('admin.devices')}>
      {devices.length === 0 && <p className="text-muted">{t('admin.noDevices')}</p>}
      <ul className="grid gap-5">
        {devices.map((device) => (
          <li key={device.device} className="grid gap-2">
            <p className="font-medium">
              {t('common.and', { first: device.name, second: t(`deviceState.${device.state}`) })}
            </p>
            <Digits text={device.words} />
            {device.seen > 0 && (
              <p className="text-sm text-muted">{t('device.last', { at: formatMoment(language, device.seen) })}</p>
            )}
            {may.administer && <DeviceButtons user={user} device={device} />}
          </li>
        ))}
      </ul>
    </Section>
  )
}
