/** Words outside the page: menu, tray, notifications, dialogs. The page has its own (renderer/i18n). */
import type { Language } from '../../../shared/language.ts'

/** Every word outside the page, in one language. */
export type NativeWords = {
  readonly open: string
  readonly refresh: string
  readonly lock: string
  readonly quit: string
  readonly file: string
  readonly edit: string
  readonly undo: string
  readonly redo: string
  readonly cut: string
  readonly copy: string
  readonly paste: string
  readonly selectAll: string
  readonly noSuggestions: string
  readonly view: string
  readonly zoomIn: string
  readonly zoomOut: string
  readonly actualSize: string
  readonly fullScreen: string
  readonly developerTools: string
  readonly closeWindow: string
  readonly newMessage: string
  readonly requestAsked: string
  readonly requestLinked: string
  /** Of a wish of theirs: both lists name the other now. */
  readonly requestApproved: string
  readonly requestDeclined: string
  readonly newMessages: (count: number) => string
  readonly unread: (count: number) => string
  readonly openLink: string
  readonly openLinkDetail: string
  readonly newServer: string
  readonly newServerDetail: string
  readonly connect: string
  readonly cancel: string
  readonly inUse: string
  readonly inUseDetail: string
  readonly cannotStart: string
  readonly cannotStartDetail: string
}

const english: NativeWords = {
  open: 'Open Kith',
  refresh: 'Refresh contacts',
  lock: 'Lock',
  quit: 'Quit Kith',
  file: 'File',
  edit: 'Edit',
  undo: 'Undo',
  redo: 'Redo',
  cut: 'Cut',
  copy: 'Copy',
  paste: 'Paste',
  selectAll: 'Select all',
  noSuggestions: 'No suggestions',
  view: 'View',
  zoomIn: 'Zoom in',
  zoomOut: 'Zoom out',
  actualSize: 'Actual size',
  fullScreen: 'Full screen',
  developerTools: 'Developer tools',
  closeWindow: 'Close window',
  newMessage: 'New message',
  requestAsked: 'Contact request',
  requestLinked: 'Your contact request was accepted',
  requestApproved: 'Is your contact now',
  requestDeclined: 'Your contact request was declined',
  newMessages: (count) => `${count} new messages`,
  unread: (count) => (count === 1 ? '1 unread conversation' : `${count} unread conversations`),
  openLink: 'Open in the browser',
  openLinkDetail: 'This link leaves Kith:',
  newServer: 'Connect to this server?',
  newServerDetail: 'Kith has not spoken with it before. Connect only if your administrator named this server to you.',
  connect: 'Connect',
  cancel: 'Cancel',
  inUse: 'This profile is already in use',
  inUseDetail: 'Another Kith has it open, perhaps in a browser or a terminal. Close that one first.',
  cannotStart: 'Kith cannot start',
  cannotStartDetail: 'Nothing was changed. The log in the profile folder says why:',
}

const traditional: NativeWords = {
  open: '開啟 Kith',
  refresh: '重新整理聯絡人',
  lock: '鎖定',
  quit: '結束 Kith',
  file: '檔案',
  edit: '編輯',
  undo: '復原',
  redo: '重做',
  cut: '剪下',
  copy: '複製',
  paste: '貼上',
  selectAll: '全選',
  noSuggestions: '沒有建議',
  view: '檢視',
  zoomIn: '放大',
  zoomOut: '縮小',
  actualSize: '實際大小',
  fullScreen: '全螢幕',
  developerTools: '開發人員工具',
  closeWindow: '關閉視窗',
  newMessage: '新訊息',
  requestAsked: '聯絡人請求',
  requestLinked: '您的聯絡人請求已獲接受',
  requestApproved: '現在是您的聯絡人',
  requestDeclined: '您的聯絡人請求遭到婉拒',
  newMessages: (count) => `${count} 則新訊息`,
  unread: (count) => `${count} 個未讀對話`,
  openLink: '在瀏覽器中開啟',
  openLinkDetail: '此連結會離開 Kith：',
  newServer: '連線到這台伺服器？',
  newServerDetail: 'Kith 以前沒有連線過它。只有在管理員告訴過您這台伺服器時才連線。',
  connect: '連線',
  cancel: '取消',
  inUse: '此設定檔正在使用中',
  inUseDetail: '另一個 Kith 已將其開啟，可能在瀏覽器或終端機中。請先關閉它。',
  cannotStart: 'Kith 無法啟動',
  cannotStartDetail: '未作任何變更。原因記錄在設定檔資料夾的記錄檔中：',
}

const simplified: NativeWords = {
  open: '打开 Kith',
  refresh: '刷新联系人',
  lock: '锁定',
  quit: '退出 Kith',
  file: '文件',
  edit: '编辑',
  undo: '撤销',
  redo: '重做',
  cut: '剪切',
  copy: '复制',
  paste: '粘贴',
  selectAll: '全选',
  noSuggestions: '没有建议',
  view: '视图',
  zoomIn: '放大',
  zoomOut: '缩小',
  actualSize: '实际大小',
  fullScreen: '全屏',
  developerTools: '开发者工具',
  closeWindow: '关闭窗口',
  newMessage: '新消息',
  requestAsked: '联系人请求',
  requestLinked: '您的联系人请求已被接受',
  requestApproved: '现在是您的联系人',
  requestDeclined: '您的联系人请求已被婉拒',
  newMessages: (count) => `${count} 条新消息`,
  unread: (count) => `${count} 个未读对话`,
  openLink: '在浏览器中打开',
  openLinkDetail: '此链接会离开 Kith：',
  newServer: '连接到这台服务器？',
  newServerDetail: 'Kith 以前没有连接过它。只有在管理员告诉过您这台服务器时才连接。',
  connect: '连接',
  cancel: '取消',
  inUse: '此配置文件正在使用中',
  inUseDetail: '另一个 Kith 已将其打开，可能在浏览器或终端中。请先关闭它。',
  cannotStart: 'Kith 无法启动',
  cannotStartDetail: '未作任何更改。原因记录在配置文件夹的日志中：',
}

const tables: Readonly<Record<Language, NativeWords>> = {
  en: english,
  'zh-Hant': traditional,
  'zh-Hans': simplified,
}

/** The words in one language. */
export function nativeWords(language: Language): NativeWords {
  return tables[language]
}
