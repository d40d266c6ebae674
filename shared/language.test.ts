import { expect, test } from 'vitest'
import { nearestLanguage } from './language.ts'

test.each([
  [['zh-TW'], 'zh-Hant'],
  [['zh-HK'], 'zh-Hant'],
  [['zh-MO'], 'zh-Hant'],
  [['zh-Hant'], 'zh-Hant'],
  [['zh-Hant-CN'], 'zh-Hant'],
  [['zh-Hans-HK'], 'zh-Hans'],
  [['zh-hans-tw'], 'zh-Hans'],
  [['zh_TW'], 'zh-Hant'],
  [['zh_TW.UTF-8'], 'zh-Hant'],
  [['zh_CN.GB18030@stroke'], 'zh-Hans'],
  [['zh-CN'], 'zh-Hans'],
  [['zh-SG'], 'zh-Hans'],
  [['zh'], 'zh-Hans'],
  [['en-GB'], 'en'],
  [['en_US.UTF-8'], 'en'],
  [['fr'], 'en'],
  [['C'], 'en'],
  [[''], 'en'],
  [[], 'en'],
  [['zh-TW', 'en'], 'zh-Hant'],
  [['fr', 'zh-MO', 'en'], 'zh-Hant'],
  [['zhx-TW'], 'en'],
])('a system that asks for %j is shown %s', (tags, language) => {
  expect(nearestLanguage(tags)).toBe(language)
})
