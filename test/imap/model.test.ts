import { expect, it } from 'vitest'
import { MailStore } from '../../src/servers/mailbox/mailbox.ts'
import { createRandom } from '../support/random.ts'
import { message, settle } from './harness.ts'
import { meddle, Player } from './player.ts'

const sessions = 5
const stepsOfOne = 1500

/** Sessions that do anything at all to the same mailboxes; ends at the first fault, with what led to it. */
async function play(seed: number, { steps }: { readonly steps: number }): Promise<readonly string[]> {
  const random = createRandom(seed)
  const store = new MailStore(Array.from({ length: 4 }, (_, index) => message(`Subject: ${index}`, '', 'x')))
  const players: Player[] = []
  for (let nth = 0; nth < sessions; nth++) players.push(await Player.arrive(random, store))
  const story: string[] = []
  for (let step = 0; step < steps; step++) {
    // Two at once: their answers are made side by side.
    const acting = players.filter(() => random() < 0.3)
    await Promise.all(acting.map((player) => player.step({ alone: acting.length === 1 })))
    if (random() < 0.1 && players[0]) meddle(random, players[0].client)
    await settle()
    for (const player of players) player.hearPushes()
    for (const [nth, player] of players.entries()) {
      for (const line of player.log.splice(0)) story.push(`${nth}: ${line.trimEnd()}`)
    }
    if (acting.length > 1) for (const player of acting) await player.synchronize()
    const faults = players.flatMap((player, nth) =>
      player.faults.map((fault) => `session ${nth}, step ${step}: ${fault}`),
    )
    if (faults.length > 0) return [...faults, `seed ${seed}`, ...story.slice(-25)]
  }
  return []
}

it.each([1, 2, 3, 4, 5, 6])(
  'every session knows the mailbox from nothing but what it was told (seed %i)',
  { timeout: 60_000 },
  async (seed) => {
    expect(await play(seed, { steps: stepsOfOne })).toEqual([])
  },
)

it('so it is while long commands are answered side by side', { timeout: 60_000 }, async () => {
  const random = createRandom(7)
  const store = new MailStore(Array.from({ length: 6000 }, (_, index) => message(`Subject: ${index}`, '', 'x')))
  const players: Player[] = []
  for (let nth = 0; nth < 4; nth++) players.push(await Player.arrive(random, store))
  for (const player of players) {
    await player.say('SELECT INBOX')
    await player.say('FETCH 1:* (UID FLAGS)')
  }
  const together = (...commands: readonly string[]): Promise<unknown> =>
    Promise.all(commands.map((command, nth) => players[nth]?.say(command)))
  let busy = true
  const long = (async () => {
    await together('STORE 1:* +FLAGS (\\Flagged)', 'UID STORE 1:* +FLAGS.SILENT ($Work)', 'FETCH 1:* (FLAGS BODY[])')
    await together('STORE 1:* -FLAGS (\\Seen)', 'UID STORE 1:3000 FLAGS (\\Deleted)', 'SEARCH UNSEEN', 'NOOP')
    await together(
      'COPY 1:* Sent',
      'EXPUNGE',
      'STORE 1:* -FLAGS.SILENT (\\Flagged)',
      'UID FETCH 1:* (FLAGS BODY[TEXT])',
    )
    await together('MOVE 1:2500 Trash', 'STORE 2:* FLAGS ($Work)', 'UID STORE 1:* +FLAGS (Later)', 'EXPUNGE')
    busy = false
  })()
  const [first] = players
  for (let round = 0; busy; round++) {
    await settle()
    if (round % 5 === 0 && first) meddle(random, first.client)
  }
  await long
  for (const player of players) await player.synchronize()
  expect(players.flatMap(({ faults }) => faults.slice(0, 3))).toEqual([])
  expect(new Set(players.map(({ replica }) => replica?.length))).toEqual(new Set([store.inbox.messages.length]))
})
