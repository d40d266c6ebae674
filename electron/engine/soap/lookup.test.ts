import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { lookupElsewhere } from './lookup.ts'
import { isLoopbackNumber } from './server-address.ts'

test('a name that leads back to this machine is refused', async () => {
  await expect(promisify(lookupElsewhere)('localhost', {})).rejects.toThrow('an address of this machine')
  await expect(promisify(lookupElsewhere)('localhost', { all: true })).rejects.toThrow('an address of this machine')
})

test('other addresses are answered as the system answers', async () => {
  expect(await promisify(lookupElsewhere)('192.0.2.7', { all: true })).toEqual([{ address: '192.0.2.7', family: 4 }])
})

test.each(['127.0.0.1', '127.255.255.254', '0.0.0.0', '0.1.2.3', '::1', '::', '::ffff:127.0.0.1', '::ffff:7f00:1'])(
  '%s is this machine',
  (address) => expect(isLoopbackNumber(address)).toBe(true),
)

test.each(['128.0.0.1', '10.0.0.1', '::2', '2001:db8::1', '::ffff:10.0.0.1', 'localhost', ''])(
  '%j is no number of this machine',
  (address) => expect(isLoopbackNumber(address)).toBe(false),
)
