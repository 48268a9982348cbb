import { reply, replyThenClose, replyThenUpgrade } from '../../core/command-result.ts'
import { showCapabilities } from '../capabilities.ts'
import { defineCommand, type ImapCommand } from '../command.ts'
import { formatRefusal } from '../refusals.ts'
import { complete } from '../session.ts'
import { bad, tagged } from '../spelling.ts'

const capability = defineCommand({
  verb: 'CAPABILITY',
  action: 'capabilities',
  states: 'any',
  reference: 'RFC 9051 §6.1.1',
  run: (session, _, { tag }) =>
    complete(session, {
      tag,
      untagged: `* ${showCapabilities(session.link, session.state)}\r\n`,
      text: 'CAPABILITY completed',
    }),
})

const noop = defineCommand({
  verb: 'NOOP',
  action: 'noop',
  states: 'any',
  reference: 'RFC 9051 §6.1.2',
  run: (session, _, { tag }) => complete(session, { tag, text: 'NOOP completed' }),
})

const logout = defineCommand({
  verb: 'LOGOUT',
  action: 'quit',
  states: 'any',
  reference: 'RFC 9051 §6.1.3',
  run: (session, _, { tag }) =>
    replyThenClose(`* BYE mockmail is logging out\r\n${tagged(tag, 'OK', 'LOGOUT completed')}`, {
      commit: () => session.logout(),
    }),
})

const id = defineCommand({
  verb: 'ID',
  action: 'identify',
  states: 'any',
  reference: 'RFC 2971 §3.1',
  read: (args) => {
    if (args.take('NIL')) return []
    return args.list(() => ({ field: args.string(), value: args.space().nstring() }))
  },
  // It names a program, not a user: a client that sends it and then refuses to go on in clear has given nobody away.
  run: (session, _, { tag }) =>
    complete(session, { tag, untagged: '* ID ("name" "mockmail")\r\n', text: 'ID completed' }),
})

const starttls = defineCommand({
  verb: 'STARTTLS',
  action: 'starttls',
  // Behind PREAUTH too, where there was no other time to ask for it.
  states: ['not-authenticated', 'authenticated'],
  reference: 'RFC 9051 §6.2.1',
  run: ({ link, state }, _, { tag }) => {
    if (state !== 'not-authenticated' && !link.start.state) return reply(formatRefusal('bad-sequence', tag))
    if (!link.starttlsOffered) {
      return bad(tag, link.secure ? 'TLS is active already' : 'STARTTLS is not offered here')
    }
    return replyThenUpgrade(tagged(tag, 'OK', 'Begin TLS negotiation now'))
  },
})

/** RFC 5161: what can be enabled is answered for, anything else is passed over in silence. */
const enable = defineCommand({
  verb: 'ENABLE',
  action: 'other',
  states: ['authenticated'],
  reference: 'RFC 9051 §6.3.1',
  read: (args) => {
    const names = [args.keyword()]
    while (args.problem === undefined && args.more()) names.push(args.keyword())
    return new Set(names)
  },
  run: (session, names, { tag }) => {
    const knows = names.has('CONDSTORE')
    return complete(session, {
      tag,
      untagged: `* ENABLED${knows ? ' CONDSTORE' : ''}\r\n`,
      text: 'ENABLE completed',
      commit: () => {
        session.knowsModseq ||= knows
      },
    })
  },
})

const idle = defineCommand({
  verb: 'IDLE',
  action: 'idle',
  states: ['authenticated', 'selected'],
  reference: 'RFC 9051 §6.3.13',
  run: (session, _, { tag }) => ({
    send: '+ idling\r\n',
    commit: () => session.startIdling(),
    next: {
      read: 'line',
      run: (line) => {
        session.stopIdling()
        if (line.toString('latin1').toUpperCase() === 'DONE') return complete(session, { tag, text: 'IDLE terminated' })
        return reply(tagged(tag, 'BAD', 'Expected DONE'))
      },
    },
  }),
})

/** Commands about the connection and the dialogue itself. */
export const connectionCommands: readonly ImapCommand[] = [capability, noop, logout, id, starttls, enable, idle]
