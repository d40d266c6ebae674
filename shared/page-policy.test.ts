import { describe, expect, test } from 'vitest'
import { pageFile, pagePolicy } from './page-policy.ts'

describe('the page is served from its own folder only', () => {
  test.each([
    ['/', 'index.html', 'text/html; charset=utf-8'],
    ['/index.html', 'index.html', 'text/html; charset=utf-8'],
    ['/assets/index-BxY_9.js', 'assets/index-BxY_9.js', 'text/javascript; charset=utf-8'],
    ['/assets/a.b.css', 'assets/a.b.css', 'text/css; charset=utf-8'],
  ])('%s is served', (pathname, path, type) => {
    expect(pageFile(pathname)).toEqual({ path, type })
  })

  test.each([
    '',
    '//',
    '/..',
    '/../package.json',
    '/assets/../../package.json',
    '/%2e%2e/package.json',
    '/..%2fpackage.json',
    '/assets\\..\\x.js',
    '/.env.js',
    '/assets/.hidden.js',
    '/a//b.js',
    '//evil.example/x.js',
    '/index.html\0.js',
    '/main.node',
    '/file',
    '/constructor',
    '/x.constructor',
    '/x.__proto__',
    `/${'a'.repeat(300)}.js`,
  ])('%j is refused', (pathname) => {
    expect(pageFile(pathname)).toBeUndefined()
  })

  test('the policy has no remote source, no inline code and no eval', () => {
    expect(pagePolicy).not.toMatch(/unsafe|http|ws:|\*|blob:/)
    expect(pagePolicy).toContain("default-src 'none'")
  })
})
