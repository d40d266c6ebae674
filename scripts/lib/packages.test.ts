import { expect, test } from 'vitest'
import { installedNames } from './packages.ts'

test('only fully installed packages count as present', () => {
  const lines = 'libnss3 ii \nxvfb un \nchromium rc \ndbus ii\nlibgtk-3-0 iF \n'
  expect([...installedNames(lines)]).toEqual(['libnss3', 'dbus'])
})
