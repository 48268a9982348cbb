import type { Capability, Link } from '../core/dialect.ts'
import type { ImapState } from './session.ts'

/** What can be used before a login as well as behind it. */
const always = ['IMAP4rev1', 'LITERAL+', 'ID', 'ENABLE', 'IDLE'] as const

const afterLogin = ['NAMESPACE', 'UIDPLUS', 'MOVE', 'SPECIAL-USE', 'UNSELECT', 'CONDSTORE', 'CHILDREN'] as const

/**
 * What the server says it can do: different before TLS, inside it, and behind a login. The link applies quirks and
 * records that the list was shown, so call it only for a list that is sent.
 */
export function showCapabilities(link: Link, state: ImapState, where?: 'greeting' | 'login'): string {
  const list = state === 'not-authenticated' ? beforeLogin(link) : behindLogin(link)
  const shown = link.show(list, where)
  // A greeting without a list is a right one.
  return where && shown.length === 0 ? '' : `CAPABILITY ${shown.map(({ text }) => text).join(' ')}`
}

/** Who is there without a login may still want TLS. */
const behindLogin = ({ starttlsOffered, start }: Link): readonly Capability[] => [
  ...[...always, ...afterLogin].map(named),
  ...(starttlsOffered && start.state ? [{ name: 'starttls', text: 'STARTTLS' }] : []),
]

function beforeLogin({ starttlsOffered, loginOffered, mechanisms }: Link): readonly Capability[] {
  const list = always.map(named)
  if (starttlsOffered) list.push({ name: 'starttls', text: 'STARTTLS' })
  if (!loginOffered) return [...list, { name: 'logindisabled', text: 'LOGINDISABLED' }]
  if (mechanisms.length > 0) list.push({ name: 'auth', text: 'SASL-IR' })
  return [...list, ...mechanisms.map((mechanism) => ({ name: 'auth', text: `AUTH=${mechanism}` }))]
}

const named = (keyword: string): Capability => ({ name: keyword, text: keyword })
