import { act, screen } from '@testing-library/react'
import { expect, test } from 'vitest'
import { openAdministration } from '../../testing/administering.tsx'
import { settle } from '../../testing/fake-clock.ts'
import { fakeNow } from '../../testing/fake-people.ts'

test('what could not be taken of a source of contacts stands where administrators look first', async () => {
  const { fake, stores } = await openAdministration('auditor')
  expect(screen.queryByText(/left out/)).toBeNull()
  const rows = [
    { where: 'uid=dee,ou=people', why: '"dee@corp,example" is not ...', code: 'address', what: 'dee@corp,example' },
    { line: 7, why: 'words of a newer server', code: 'newer' },
  ]
  fake.imports = [
    { name: 'hr', kind: 'ldap', for: 'all', state: 'taken', at: fakeNow, left: 7, rows },
    { name: 'im', kind: 'xmpp', for: 'all', state: 'refused', at: fakeNow, left: 0, rows: [{ why: 'no connection' }] },
    { name: 'well', kind: 'csv', for: 'all', state: 'taken', at: fakeNow, left: 0, rows: [] },
  ]
  await act(async () => stores.administration.show('overview'))
  await act(settle)
  expect(screen.getByText(/“hr” left out 7 rows/)).toBeDefined()
  expect(screen.getByText(/uid=dee,ou=people/).parentElement?.textContent).toContain('dee@corp,example')
  expect(screen.getByText('words of a newer server').getAttribute('lang')).toBe('en')
  expect(screen.getByText(/And 5 more/)).toBeDefined()
  expect(screen.getByText(/Nothing was taken from the import “im”/)).toBeDefined()
  expect(screen.queryByText(/“well”/)).toBeNull()
})
